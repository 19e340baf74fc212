// Turns notifications on and off. It asks the browser for permission, so nothing does before it is pressed.
import { canNotify, notifies, setNotifies } from "./needed";
import { Sign, Tool } from "./tool";

const BELL = "M3 11.5c1-1 1.2-2 1.2-4.2a3.8 3.8 0 0 1 7.6 0c0 2.2.2 3.2 1.2 4.2zM6.6 13.5a1.5 1.5 0 0 0 2.8 0";

export function Bell() {
  if (!canNotify()) return null;
  const isOn = notifies.value;
  return (
    <Tool
      name="Notify me of questions"
      title={
        isOn
          ? "You are notified of questions while you look elsewhere"
          : "Notify me of questions while I look elsewhere"
      }
      look="nbc-bell"
      pressed={isOn}
      onPress={() => setNotifies(!isOn)}
    >
      <Sign path={BELL} filled={isOn} />
    </Tool>
  );
}
