// The style sheet of the chunk `show`.
import canvas from "./canvas.css?inline";
import components from "./components.css?inline";
import show from "./show.css?inline";

export default [show, canvas, components].join("\n");
