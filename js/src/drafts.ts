// What a person has typed and not sent yet, kept for this tab so that it survives a reload and a redrawn cell. A page without
// storage (private mode, sandboxed frame) works the same, only without that.
const PREFIX = "nbconvo:draft:";

const key = (executionId: string, taskId: string) => `${PREFIX}${executionId}:${taskId}`;

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

export function readDraft(executionId: string, taskId: string): string | null {
  return attempt(() => sessionStorage.getItem(key(executionId, taskId)), null);
}

export function writeDraft(executionId: string, taskId: string, text: string): void {
  attempt(() => {
    if (text) sessionStorage.setItem(key(executionId, taskId), text);
    else sessionStorage.removeItem(key(executionId, taskId));
  }, undefined);
}

/** Removes the drafts of every ask of this execution that is no longer open. */
export function dropEndedDrafts(executionId: string, openTaskIds: readonly string[]): void {
  attempt(() => {
    const kept = new Set(openTaskIds.map((id) => key(executionId, id)));
    const mine = key(executionId, "");
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(mine) && !kept.has(name)) sessionStorage.removeItem(name);
    }
  }, undefined);
}
