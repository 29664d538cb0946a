// Requests of the language server to the extension when it runs in a web worker: it has no file system and asks the editor, which can read every workspace
// there is. Sent over LSP itself, as custom requests. Types only, and the names of the two methods.

/** Method: text of a file; an answer without text means that it is not there. */
export const readFileMethod = 'interlock/readFile';
/** Method: names in a folder; an answer without names means that it is not there. */
export const listFilesMethod = 'interlock/listFiles';

export interface FileParams {
  readonly uri: string;
}
export interface ReadFileAnswer {
  readonly text?: string;
}
export interface ListFilesAnswer {
  readonly names?: readonly string[];
}

/** `initializationOptions` of the client. */
export interface LanguageOptions {
  /** The object of the settings under `interlock`, with `otherCServer` added. */
  readonly settings: unknown;
  /** URI of the folder with the pages of the rules. */
  readonly rulePages?: string;
}
