/** Markdown that is shown when its title is clicked. */
export function fold(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
