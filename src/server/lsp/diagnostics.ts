import { DiagnosticSeverity, type Diagnostic } from "vscode-languageserver";
import { pathToFileURL } from "node:url";
import { toModullmError } from "../../core/error.ts";
import { faultsOf, type Finding, warningFinding } from "../../library/findings.ts";
import type { Validator } from "../../library/validate.ts";
import type { FileView } from "./file-view.ts";
import { offsetOfPlace, rangeOf, wordAt } from "./positions.ts";
import { MOST_BYTES, type Project } from "./project.ts";
import { entriesOf } from "./entries.ts";

/** What `modullm validate` says of a program as the editor has it. */
export async function diagnose(
  path: string,
  { project, validator }: { readonly project: Project; readonly validator: Validator },
): Promise<Diagnostic[]> {
  const open = project.open.get(path);
  if (open !== null && open.getText().length > MOST_BYTES) return [TOO_LARGE];
  const findings = await findingsOf(path, validator);
  if (findings.length === 0) return [];
  const view = await project.view(path);
  if (view === null) return open === null ? [] : [TOO_LARGE];
  return findings.map((finding) => diagnosticOf(finding, view));
}

async function findingsOf(path: string, validator: Validator): Promise<readonly Finding[]> {
  try {
    const { warnings } = await validator.validate(path);
    return warnings.map(warningFinding);
  } catch (thrown) {
    return faultsOf(toModullmError(thrown));
  }
}

const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };

const TOO_LARGE: Diagnostic = {
  range: START,
  severity: DiagnosticSeverity.Information,
  source: "modullm",
  message: "This file is too large to be checked while you type; `modullm validate` checks it.",
};

function diagnosticOf({ code, message, hint, line, column, below }: Finding, view: FileView) {
  const diagnostic: Diagnostic = {
    range: START,
    severity: code === null ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
    source: "modullm",
    message,
  };
  if (line !== null) {
    const from = offsetOfPlace(view, line, column ?? 1);
    diagnostic.range = rangeOf(view, wordAt(view, from));
  }
  if (code !== null) {
    diagnostic.code = code;
    diagnostic.data = { hint };
  }
  if (below !== null) {
    const entry = entriesOf(view).find(({ name }) => name === below.step.name);
    if (entry) diagnostic.range = rangeOf(view, entry.target);
    const at = { line: (below.line ?? 1) - 1, character: (below.column ?? 1) - 1 };
    const location = { uri: pathToFileURL(below.path).href, range: { start: at, end: at } };
    diagnostic.relatedInformation = [{ location, message }];
  }
  return diagnostic;
}
