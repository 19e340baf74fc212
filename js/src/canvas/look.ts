// How a framed document looks by itself, before its own styles.
import { useEffect, useState } from "preact/hooks";

export interface Look {
  /** The accessible name of the frame. */
  readonly title: string;
  readonly scheme: "light" | "dark";
  readonly color: string;
  readonly ground: string;
  readonly padding: string;
}

const isDark = (): boolean => document.body.dataset.jpThemeLight === "false";

/** Whether the page is dark; drawn again when that changes. */
export function useDark(): boolean {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const theme = new MutationObserver(() => setDark(isDark()));
    theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    return () => theme.disconnect();
  }, []);
  return dark;
}

/** White paper: what authors of whole documents reckon with. */
export const paper = (title: string): Look => ({
  title,
  scheme: "light",
  color: "#1f2328",
  ground: "#fff",
  padding: "16px",
});

/** Like the page around it. */
export const likePage = (title: string, dark: boolean): Look => ({
  title,
  scheme: dark ? "dark" : "light",
  color: dark ? "#e6e6e6" : "#1f2328",
  ground: "transparent",
  padding: "0",
});
