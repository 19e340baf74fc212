// The module every widget carries. It is kept tiny because Jupyter sends and stores it once per widget: the real front end is
// the text `core` of the `Assets` model, which is there once per kernel, and it is evaluated once per version and page.
import type { AnyModel, RenderProps } from "@anywidget/types";

interface Assets {
  version: string;
  sources: Record<string, string>;
}

type Core = { render(props: RenderProps): void };

const page = globalThis as { __nbconvo?: Map<string, Promise<Core>> };

function load(assets: AnyModel<Assets>, name: string): Promise<Core> {
  page.__nbconvo ??= new Map();
  const modules = page.__nbconvo;
  const key = `${assets.get("version")}:${name}`;
  const known = modules.get(key);
  if (known) return known;
  const url = URL.createObjectURL(new Blob([assets.get("sources")[name] ?? ""], { type: "text/javascript" }));
  const loading: Promise<Core> = import(/* @vite-ignore */ url).finally(() => URL.revokeObjectURL(url));
  modules.set(key, loading);
  loading.catch(() => modules.delete(key)); // the next cell may try again
  return loading;
}

async function render(props: RenderProps): Promise<void> {
  try {
    const assets = await props.host.getModel<Assets>(props.model.get("_assets"));
    const core = await load(assets, "core");
    if (!props.signal.aborted) core.render(props);
  } catch (error) {
    // Without the class `nbc-live`, so that the saved transcript below stays visible.
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = "This conversation cannot be shown: its kernel is gone or was restarted. Run the cell again.";
    line.title = String(error);
    props.el.replaceChildren(line);
  }
}

export default { render };
