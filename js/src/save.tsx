// Writes the replies so far to a file beside the notebook: the same session can then be played again.

interface SaveRepliesProps {
  /** True from the click until the kernel says what became of it. */
  readonly saving: boolean;
  /** False while the kernel is gone. */
  readonly enabled: boolean;
  readonly onSave: () => void;
}

export function SaveReplies({ saving, enabled, onSave }: SaveRepliesProps) {
  const canSave = enabled && !saving;
  return (
    <button
      type="button"
      class="nbc-tool nbc-save"
      aria-label="Save replies"
      aria-busy={saving}
      aria-disabled={!canSave}
      title="Save replies"
      onClick={() => canSave && onSave()}
    >
      {saving ? <span class="nbc-spinner" aria-hidden="true" /> : <Tray />}
    </button>
  );
}

function Tray() {
  return (
    <svg
      aria-hidden="true"
      width="15"
      height="15"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
    >
      <path
        d="M8 2.2v7.6M4.9 6.9 8 10l3.1-3.1M2.6 10.4v2.1c0 .6.5 1.1 1.1 1.1h8.6c.6 0 1.1-.5 1.1-1.1v-2.1"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
