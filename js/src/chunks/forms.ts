// The chunk that draws forms. Conversations that ask for nothing else never load it.
export { drawnField } from "../forms/draw";
export { entered, kept, started } from "../forms/entry";
export { firstControl } from "../forms/focus";
export { Form } from "../forms/form";
export { FormState } from "../forms/state";
export { default as css } from "../styles/forms.css?inline";
