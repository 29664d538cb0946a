// A `.sln` as far as a driver block may name one: the projects that it lists.
import { dirname, joinPath } from '../../base/files.js';

export interface SolutionProject {
  readonly name: string;
  /** As written, relative to the solution. */
  readonly written: string;
  /** Normalised path. */
  readonly path: string;
}

/** C and C++ projects of a solution, in its order. */
export function solutionProjects(text: string, path: string): SolutionProject[] {
  const found: SolutionProject[] = [];
  for (const m of text.matchAll(/^[ \t]*Project\("\{[^}"]*\}"\)\s*=\s*"([^"]*)"\s*,\s*"([^"]*\.vcxproj)"/gim))
    found.push({ name: m[1], written: m[2], path: joinPath(dirname(path), m[2]) });
  return found;
}
