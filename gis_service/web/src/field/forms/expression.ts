/**
 * The small language of the forms; `gis_service/patrols/forms/expression.py` says the same, and both are held to one table of cases.
 * A value is a number, a text, true or false, a list, or nothing (null).
 */
export type Value = unknown;
export type Get = (name: string) => Value;
export interface Node { what: string; parts: Node[]; value?: Value }

const TOKEN = /\s*(?:(?<number>\d+(?:\.\d+)?)|'(?<text>[^']*)'|\$\{(?<name>\w+)\}|(?<word>[a-z]+)|(?<sign><=|>=|!=|[-+*=<>(),.]))/y;
const FUNCTIONS: Record<string, number> = { not: 1, selected: 2, count: 1, sum: 1, if: 3, round: 2, coalesce: 2 };
const DEEPEST = 40;

export class BadExpression extends Error {}

const known = new Map<string, Node>();

/** The expression as a tree; throws `BadExpression`. Each text is read once. */
export function parse(source: string): Node {
  let node = known.get(source);
  if (!node) known.set(source, (node = new Parser(source).whole()));
  return node;
}

class Parser {
  private readonly tokens: [kind: string, value: string][] = [];
  private next = 0;
  private depth = 0;

  constructor(private readonly source: string) {
    const text = source.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const found = TOKEN.exec(text);
      if (!found) throw new BadExpression(`${text.slice(at, at + 10)} is not understood at ${at} of ${source}`);
      const [kind, value] = Object.entries(found.groups ?? {}).find(([, one]) => one !== undefined)!;
      this.tokens.push([kind, value]);
    }
  }

  whole(): Node {
    const node = this.either();
    if (this.next < this.tokens.length) throw new BadExpression(`${this.tokens[this.next]![1]} is one too many in ${this.source}`);
    return node;
  }

  private takes(...wanted: string[]): string | null {
    const [kind, value] = this.tokens[this.next] ?? ['end', ''];
    if ((kind !== 'sign' && kind !== 'word') || !wanted.includes(value)) return null;
    this.next += 1;
    return value;
  }

  private must(sign: string): void {
    if (!this.takes(sign)) throw new BadExpression(`${sign} is missing in ${this.source}`);
  }

  private chain(part: () => Node, ...signs: string[]): Node {
    let node = part();
    for (let sign = this.takes(...signs); sign; sign = this.takes(...signs)) node = { what: sign, parts: [node, part()] };
    return node;
  }

  private either = (): Node => this.chain(this.both, 'or');
  private both = (): Node => this.chain(this.compared, 'and');
  private compared = (): Node => {
    const node = this.added();
    const sign = this.takes('=', '!=', '<', '<=', '>', '>=');
    return sign ? { what: sign, parts: [node, this.added()] } : node;
  };
  private added = (): Node => this.chain(this.multiplied, '+', '-');
  private multiplied = (): Node => this.chain(this.signed, '*', 'div', 'mod');
  private signed = (): Node => {
    let negative = false;
    while (this.takes('-')) negative = !negative;
    const node = this.single();
    return negative ? { what: 'negative', parts: [node] } : node;
  };

  private single(): Node {
    const [kind, value] = this.tokens[this.next] ?? ['end', ''];
    this.next += 1;
    if (kind === 'number') return { what: 'value', parts: [], value: Number(value) };
    if (kind === 'text') return { what: 'value', parts: [], value };
    if (kind === 'name' || (kind === 'sign' && value === '.')) return { what: 'name', parts: [], value };
    if (kind === 'sign' && value === '(') return this.within(() => this.either());
    if (kind === 'word' && (value === 'true' || value === 'false')) return { what: 'value', parts: [], value: value === 'true' };
    if (kind === 'word' && Object.hasOwn(FUNCTIONS, value)) return this.call(value);
    throw new BadExpression(`${value} is not expected in ${this.source}`);
  }

  private within<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new BadExpression(`too deep: ${this.source.slice(0, 40)}`);
    const result = read();
    this.must(')');
    this.depth -= 1;
    return result;
  }

  private call(name: string): Node {
    this.must('(');
    const parts = this.within(() => {
      const read = [this.either()];
      while (this.takes(',')) read.push(this.either());
      return read;
    });
    if (parts.length !== FUNCTIONS[name]) throw new BadExpression(`${name}() takes ${FUNCTIONS[name]}, in ${this.source}`);
    return { what: name, parts };
  }
}

export const empty = (value: Value): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Nothing, '', 0, false and the empty list are false. */
export const truth = (value: Value): boolean => !empty(value) && value !== false && value !== 0;

/** A number, or a text that is one written plainly. */
export function number(value: Value): number | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

export function same(one: Value, other: Value): boolean {
  if (empty(one) || empty(other)) return empty(one) && empty(other);
  if (typeof one === 'string' && typeof other === 'string') return one === other;
  const left = number(one);
  return left !== null && left === number(other);
}

/** What the expression comes to; never throws. */
export function evaluate({ what, parts, value }: Node, get: Get): Value {
  const at = (place: number): Value => evaluate(parts[place]!, get);
  if (what === 'value') return value;
  if (what === 'name') return get(value as string) ?? null;
  if (what === 'and') return truth(at(0)) && truth(at(1));
  if (what === 'or') return truth(at(0)) || truth(at(1));
  if (what === 'if') return truth(at(0)) ? at(1) : at(2);
  return WORK[what]!(...parts.map((part) => evaluate(part, get)));
}

const numbers = (work: (one: number, other: number) => number) => (one: Value, other: Value): number | null => {
  const [left, right] = [number(one), number(other)];
  if (left === null || right === null) return null;
  const result = work(left, right);
  return Number.isFinite(result) ? result : null;
};

const ordered = (work: (one: number, other: number) => boolean) => (one: Value, other: Value): boolean => {
  const [left, right] = [number(one), number(other)];
  return left !== null && right !== null && work(left, right);
};

/** Half away from zero, as people round. */
function rounded(value: number, places: number): number {
  const scale = 10 ** Math.max(0, Math.min(6, Math.trunc(places)));
  return (Math.sign(value) * Math.floor(Math.abs(value) * scale + 0.5)) / scale;
}

const list = (value: Value): Value[] => (Array.isArray(value) ? value : [value]);

const WORK: Record<string, (...values: Value[]) => Value> = {
  '+': numbers((one, other) => one + other),
  '-': numbers((one, other) => one - other),
  '*': numbers((one, other) => one * other),
  div: numbers((one, other) => one / other),
  mod: numbers((one, other) => one % other),
  negative: (value) => numbers((one) => -one)(value, 0),
  '=': same,
  '!=': (one, other) => !same(one, other),
  '<': ordered((one, other) => one < other),
  '<=': ordered((one, other) => one <= other),
  '>': ordered((one, other) => one > other),
  '>=': ordered((one, other) => one >= other),
  not: (value) => !truth(value),
  selected: (chosen, value) => !empty(value) && list(chosen).some((one) => same(one, value)),
  count: (value) => list(value).filter((one) => !empty(one)).length,
  sum: (value) => {
    const total = list(value).reduce<number>((so_far, one) => so_far + (number(one) ?? 0), 0);
    return Number.isFinite(total) ? total : null;
  },
  round: numbers(rounded),
  coalesce: (one, other) => (empty(one) ? other : one),
};
