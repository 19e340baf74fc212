// What every control of a form is given, and what it can ask of the form it is in.
import { createContext, type VNode } from "preact";
import { useContext } from "preact/hooks";
import type { FieldView } from "../protocol";
import type { Entry } from "./entry";
import type { Place } from "./place";
import type { FormState } from "./state";
import type { Upload } from "./upload";

export interface ControlProps {
  readonly field: FieldView;
  readonly entry: Entry;
  readonly place: Place;
}

export interface FormTools {
  readonly state: FormState;
  /** Draws the control of a field; objects and lists draw their parts with it. */
  readonly draw: (props: ControlProps) => VNode;
  /** Brings a file to the kernel. */
  readonly upload: Upload;
}

export const FormContext = createContext<FormTools | null>(null);

export function useForm(): FormTools {
  const tools = useContext(FormContext);
  if (!tools) throw new Error("a control outside of a form");
  return tools;
}
