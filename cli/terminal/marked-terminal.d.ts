declare module 'marked-terminal' {
  import type { MarkedExtension } from 'marked';
  /** Renders Markdown with the escape sequences of a terminal. */
  export function markedTerminal(options: Readonly<Record<string, unknown>>): MarkedExtension;
}
