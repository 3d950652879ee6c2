/** As much of a document as elements are made with, for tests that run without a browser. */
export class FakeNode {
  readonly children: FakeNode[] = [];
  readonly attributes: Record<string, string> = {};
  readonly style = { setProperty: (name: string, value: string) => this.setAttribute(name, value) };

  constructor(
    readonly tag: string,
    readonly text = '',
  ) {}

  setAttribute(name: string, value: string) {
    this.attributes[name] = value;
  }
  addEventListener() {}
  append(...nodes: (FakeNode | string)[]) {
    for (const node of nodes) this.children.push(typeof node === 'string' ? new FakeNode('', node) : node);
  }

  get textContent(): string {
    return this.text + this.children.map(c => c.textContent).join('');
  }

  /** Every element below, itself first. */
  *all(): Generator<FakeNode> {
    if (this.tag !== '') yield this;
    for (const child of this.children) yield* child.all();
  }

  /** As HTML, without attributes. */
  get html(): string {
    const inside = this.text.replaceAll('<', '&lt;') + this.children.map(c => c.html).join('');
    return this.tag === '' ? inside : `<${this.tag}>${inside}</${this.tag}>`;
  }
}

export function fakeDocument() {
  Object.assign(globalThis, {
    document: { createElement: (tag: string) => new FakeNode(tag), createTextNode: (text: string) => new FakeNode('', text) },
  });
}
