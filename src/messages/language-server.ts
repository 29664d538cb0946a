// What crosses between the extension and the language server besides LSP itself. In a web worker the server has no file system: it asks the editor, which can
// read every workspace there is, by custom requests over LSP. Types only.

/** Custom requests of the server, by method. A file or folder that is not there is answered with an empty object. */
export interface LanguageRequests {
  'interlock/readFile': { readonly text?: string };
  'interlock/listFiles': { readonly names?: readonly string[] };
}
export interface FileParams {
  readonly uri: string;
}

/** `initializationOptions` of the client. */
export interface LanguageOptions {
  readonly settings: LanguageSettings;
  /** URI of the folder with the pages of the rules. */
  readonly rulePages?: string;
}

/** The settings of package.json under `interlock`, as they are (also sent as `settings.interlock` when they change), and what the client has seen. */
export interface LanguageSettings {
  readonly [section: string]: unknown;
  /** clangd or cpptools is active in this window. */
  readonly otherCServer: boolean;
}
