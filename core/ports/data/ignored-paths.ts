/** Whether a file or folder is ignored by itself. What lies in an ignored folder is not asked for. */
export type IsIgnoredPath = (path: string, kind: 'file' | 'folder') => boolean;
