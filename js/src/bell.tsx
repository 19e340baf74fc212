// Turns notifications on and off. It asks the browser for permission, so nothing does before it is pressed.
import { canNotify, notifies, setNotifies } from "./needed";

export function Bell() {
  if (!canNotify()) return null;
  const isOn = notifies.value;
  return (
    <button
      type="button"
      class="nbc-tool nbc-bell"
      aria-label="Notify me of questions"
      aria-pressed={isOn}
      title={
        isOn
          ? "You are notified of questions while you look elsewhere"
          : "Notify me of questions while I look elsewhere"
      }
      onClick={() => setNotifies(!isOn)}
    >
      <svg
        aria-hidden="true"
        width="15"
        height="15"
        viewBox="0 0 16 16"
        fill={isOn ? "currentColor" : "none"}
        stroke="currentColor"
        stroke-width="1.4"
      >
        <path
          d="M3 11.5c1-1 1.2-2 1.2-4.2a3.8 3.8 0 0 1 7.6 0c0 2.2.2 3.2 1.2 4.2zM6.6 13.5a1.5 1.5 0 0 0 2.8 0"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
    </button>
  );
}
