/** Every text of the desk in English, under its Chinese wording, one file for each place. A test holds them complete and free of leftovers. */
import { ADMIN } from './admin.en';
import { ATLAS } from './atlas.en';
import { FACILITIES } from './facilities.en';
import { CASES } from './cases.en';
import { CHANGES } from './changes.en';
import { DISPOSALS } from './disposals.en';
import { EXPORTS } from './exports.en';
import { IMPORT_DESK } from './desk.en';
import { FIND } from './find.en';
import { CHECKS } from './checks.en';
import { HEAPS } from './heaps.en';
import { HANDOVERS } from './handovers.en';
import { CLAIMS } from './claims.en';
import { IMAGERY } from './imagery.en';
import { IMPORTS } from './imports.en';
import { INBOX } from './inbox.en';
import { KPI } from './kpi.en';
import { LAYOUTS } from './layouts.en';
import { LINEAGE } from './lineage.en';
import { MAP } from './map.en';
import { MAP_TOOLS } from './mapTools.en';
import { MEETINGS } from './meetings.en';
import { NOTIFICATIONS } from './notifications.en';
import { PAPERS } from './papers.en';
import { PARCELS } from './parcels.en';
import { PATROLS } from './patrols.en';
import { PROCEDURES } from './procedures.en';
import { REPORTS } from './reports.en';
import { RECTIFICATION } from './rectification.en';
import { RISK } from './risk.en';
import { SHEETS } from './sheets.en';
import { SHELL } from './shell.en';
import { SURVEYS } from './surveys.en';
import { WALKS } from './walks.en';
import { WORKSHOP } from './workshop.en';

export const ENGLISH: Record<string, string> = {
  ...ADMIN,
  ...ATLAS,
  ...FACILITIES,
  ...CASES,
  ...CHANGES,
  ...DISPOSALS,
  ...EXPORTS,
  ...FIND,
  ...CHECKS,
  ...HANDOVERS,
  ...HEAPS,
  ...CLAIMS,
  ...IMAGERY,
  ...IMPORTS,
  ...IMPORT_DESK,
  ...INBOX,
  ...KPI,
  ...LAYOUTS,
  ...LINEAGE,
  ...MAP,
  ...MAP_TOOLS,
  ...MEETINGS,
  ...NOTIFICATIONS,
  ...PAPERS,
  ...PARCELS,
  ...PATROLS,
  ...PROCEDURES,
  ...REPORTS,
  ...RECTIFICATION,
  ...RISK,
  ...SHEETS,
  ...SHELL,
  ...SURVEYS,
  ...WALKS,
  ...WORKSHOP,
};
