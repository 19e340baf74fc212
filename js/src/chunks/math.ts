// The chunk that draws formulas. Conversations without any never load it.
export { mathml } from "../markdown/mathml";
export { default as css } from "../styles/math.css?inline";
