// Writes the replies so far to a file beside the notebook: the same session can then be played again.
import { Sign, Tool, TRAY } from "./tool";

interface SaveRepliesProps {
  /** True from the click until the kernel says what became of it. */
  readonly saving: boolean;
  /** False while the kernel is gone. */
  readonly enabled: boolean;
  readonly onSave: () => void;
}

export function SaveReplies({ saving, enabled, onSave }: SaveRepliesProps) {
  return (
    <Tool name="Save replies" look="nbc-save" enabled={enabled && !saving} busy={saving} onPress={onSave}>
      <Sign path={TRAY} />
    </Tool>
  );
}
