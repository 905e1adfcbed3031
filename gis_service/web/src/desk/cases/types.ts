/** Shapes of clues, links and law as the JSON API speaks them. */
import type { HeapOrigin } from '../heaps/types';
import type { Origin } from '../patrols/origins';
import type { Words } from '../procedures/types';

export type ClueState = 'new' | 'merged' | 'opened' | 'dismissed';

export interface Clue {
  id: number;
  tracking_no: string;
  state: ClueState;
  state_zh: string;
  state_en: string;
  source: string;
  source_zh: string;
  source_en: string;
  waste_kind: string;
  kind_zh: string;
  kind_en: string;
  quantity_m3: string | null;
  what: string;
  place: [number, number] | null;
  place_text: string;
  area: string | null;
  happened_from: string | null;
  happened_to: string | null;
  seen_at: string;
  reason: string;
  merged_into_id: number | null;
  case_id: number | null;
  decided_at: string | null;
  decided_by: string | null;
  created_at: string;
  created_by: string;
  has_reporter: boolean;
}

export interface ClueFile {
  sha256: string;
  name: string;
  has_thumbnail: boolean;
}

export interface Candidate {
  noun: 'clue' | 'case';
  id: number;
  no: string;
  title: string;
  state: string;
  score: number;
  lines: (Words & { points: number })[];
}

export interface CameraWord extends Words {
  usable: boolean;
}

export interface WholeClue extends Clue {
  files: ClueFile[];
  merged: Clue[];
  candidates: Candidate[];
  camera: CameraWord | null;
  observations: Origin[];
  heaps: HeapOrigin[];
}

export type LinkKind = 'party' | 'vehicle' | 'haulier' | 'site';

export interface Thing {
  kind: LinkKind;
  kind_zh: string;
  kind_en: string;
  thing_id: number;
  label: string;
  party_kind_zh?: string;
  party_kind_en?: string;
  id_masked?: string;
  phone_masked?: string;
  credit_code?: string | null;
  vehicle_type?: string | null;
  builder?: string | null;
  place?: [number, number] | null;
}

export interface Link extends Thing {
  link_id: number;
  role: string;
  role_zh: string;
  role_en: string;
  note: string;
  also_in: { id: number; proceeding_no: string; title: string }[];
}

export interface GraphNode {
  id: string;
  kind: LinkKind | 'case';
  kind_zh: string;
  kind_en: string;
  thing_id: number;
  label: string;
  title?: string;
  place?: [number, number] | null;
  center?: boolean;
}

export interface GraphEdge extends Words {
  source: string;
  target: string;
  role: string;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Basis {
  id: number;
  law: string;
  article: string;
  effective_from: string | null;
  effective_to: string | null;
  title: string;
  title_en: string;
  quote: string;
  summary: string;
  subject: string;
  source: string;
}

export interface LawAnswer {
  items: Basis[];
  straddles: Words | null;
  subjects: Record<string, Words>;
}

export interface CaseBasis {
  id: number;
  legal_basis_id: number;
  law: string;
  article: string;
  title: string;
  quote: string;
  chosen_by: string;
}

/** The case's own part of its page. */
export interface CaseDetails {
  act_from: string;
  act_to: string;
  flags: (Words & { code: string; serious: boolean; needs_lab: boolean; weighs: boolean; basis: string })[];
  caution: Words | null;
  basis: CaseBasis[];
  straddles: Words | null;
  limitation_on: string;
  links: Link[];
  clues: { id: number; tracking_no: string; seen_at: string; what: string; place_text: string; state_zh: string; state_en: string; camera: CameraWord | null }[];
  duplicates: { noun: 'clue' | 'case'; id: number; no: string; title: string; score: number; lines: (Words & { points: number })[] }[];
  late_fee: { due_on: string; amount_yuan: string; basis: string } | null;
}

export interface Secrets {
  id_number: string;
  phone: string;
  address: string;
}

export interface Reporter {
  name: string;
  phone: string;
  wants_answer: boolean;
}
