/** Made of docs/guide when the page is built: web/guide/plugin.ts. */
declare module 'virtual:guide' {
  export interface ChapterText {
    html: string;
    sections: readonly { id: string; title: string }[];
    /** Pictures by the name of their file, as SVG. */
    figures: Record<string, string>;
  }
  export const chapters: readonly { id: string; title: string; load(): Promise<ChapterText> }[];
}
