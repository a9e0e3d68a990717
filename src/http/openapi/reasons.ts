import { REASONS, type Reason } from '../../platform/errors.ts'
import type { Endpoint } from '../route.ts'

/** What each reason means, for the document: one sentence for a person who has to act on it. */
export const MEANINGS: Readonly<Record<Reason, string>> = {
  MALFORMED_JSON: 'The body is not valid JSON.',
  MALFORMED_ID: 'An id in the path is not a UUID.',
  MALFORMED_REQUEST: 'The request cannot be read.',
  DUPLICATE_TASK_NAME: 'The project has a task of that name already.',
  DUPLICATE_TASK_ALIAS: 'The project has a task of that alias already.',
  DUPLICATE_TAG_NAME: 'The project has a tag of that name already.',
  INVALID_SCOPE: 'The client was not given that scope.',
  UNSUPPORTED_GRANT_TYPE: 'Only client_credentials is supported.',
  UNAUTHENTICATED: 'The token is missing, unknown, revoked or expired.',
  PERMISSION_CHECK_FAILED: 'The token lacks the scope.',
  NOT_FOUND: 'There is no such thing.',
  ROUTE_NOT_FOUND: 'There is no such route.',
  PROJECT_NOT_FOUND: 'There is no such project, or the token does not reach it.',
  TASK_NOT_FOUND: 'There is no such task.',
  TASK_REVISION_NOT_FOUND: 'The task has no such revision.',
  SHADOW_NOT_FOUND: 'No revision runs beside the runs of the task.',
  ROLLOUT_NOT_FOUND: 'The task has had no rollout.',
  ROLLOUT_RUNNING:
    'A rollout decides about the weights of the task, or is guarded by the score; `?supersede=true` ends it.',
  ROLLOUT_NOT_RUNNING: 'The rollout is over, or as it should be already.',
  RUN_NOT_DONE: 'The run has not ended yet, so nothing can be said of it.',
  TRAFFIC_CHANGE_NOT_FOUND:
    'The history of the task’s weights has no such change: it never was, or is no longer kept.',
  TASK_RUN_NOT_FOUND: 'There is no such run, or its retention has ended.',
  TAG_NOT_FOUND: 'There is no such tag.',
  FILE_NOT_FOUND: 'The run has no such file.',
  METHOD_NOT_ALLOWED: 'The path does not know the method; `Allow` says which it knows.',
  NOT_ACCEPTABLE:
    '`Accept` names files, and neither what the task answers with nor JSON. With `run_id`: the run is there, and so is its file.',
  REQUEST_TIMEOUT: 'The request took too long to arrive.',
  TASK_DISABLED: 'The task is disabled.',
  TOO_MANY_TASKS: 'The project has as many tasks as it may.',
  TASK_STORAGE_FULL:
    'The tasks of the project take as many bytes as they may, revisions, histories of weights and tags included.',
  TOO_MANY_REVISIONS: 'The task has as many revisions as it may.',
  TOO_MANY_TAGS: 'The project has as many tags as it may.',
  TOO_MANY_KEYS:
    'The project has as many keys, or OAuth clients, as it may; revoked ones count until they are deleted.',
  NO_ACTIVE_REVISION: 'No revision of the task has a share of its traffic.',
  INPUT_PROCESSORS_UNAVAILABLE:
    'A revision that may be drawn has input processors or retrieval, which are not acted on here; the message names them.',
  RATE_LIMITED:
    'A limit is reached: of a model, for a call that does not want to wait for it, or one of the caller’s project, key or task.',
  BUDGET_EXCEEDED:
    'A hard budget of the project, the task or the key is spent, or has no room for the next call; it begins anew at `Retry-After`.',
  ID_CONFLICT: 'The id is taken.',
  IMPORT_CONFLICT: 'What is imported does not fit what is there; nothing was imported.',
  CREDENTIAL_REVOKED: 'The credential is revoked, for good.',
  RUN_CANCELLED: 'The run was cancelled.',
  STALE_TASK: 'The task is no longer the one that If-Match names.',
  STALE_POLICIES: 'The limits or budgets are no longer those that If-Match names.',
  CONDITION_UNSUPPORTED:
    'The call does not look at the condition of a header such as If-Match, so nothing was changed.',
  BODY_TOO_LARGE: 'The body is too large.',
  FILE_TOO_LARGE: 'A file is too large, in bytes or in pixels.',
  TOO_MANY_FILES: 'There are too many files.',
  EXPORT_TOO_LARGE: 'The file would be too large to be imported.',
  UNSUPPORTED_MEDIA_TYPE: 'The body has a type or an encoding that is not read.',
  NOT_AN_IMAGE: 'A file is no image, whatever its name says.',
  UNSUPPORTED_IMAGE:
    'A file is an image of a format that is not read, such as HEIC; the message says what to do.',
  UNSUPPORTED_FILE:
    'A file is of a kind that is not read, or empty; the message says which kind, and what is read.',
  RANGE_NOT_SATISFIABLE: 'The file has no bytes in the range that is asked for.',
  IDEMPOTENCY_KEY_REUSED: 'The Idempotency-Key was used for another request.',
  TOO_MANY_REQUESTS: 'Too many at once; try again later.',
  PROJECT_QUEUE_FULL: 'Too many runs of the project are queued, or too many bytes of them.',
  PROJECT_STORAGE_FULL:
    'The project keeps too many bytes of ended runs, or of files of runs; they expire with their retention.',
  HEADERS_TOO_LARGE: 'The head of the request is too large.',
  INTERNAL_ERROR: 'Something went wrong in the server.',
  FILE_DAMAGED: 'A stored file is there, and its bytes are not those that were stored.',
  MODEL_ERROR: 'The model failed.',
  MODEL_UNAVAILABLE: 'The model could not be reached, or is not configured any more.',
  MODEL_RETIRED:
    'The server of the model says that it has ended; choose another one. It is not asked again by the run.',
  OUTPUT_INVALID: 'The model kept answering in a shape that does not fit the output_format.',
  ANSWER_REPLACED:
    'In a stream of OpenAI’s clients: a model was asked again after a part of its answer was shown; the run goes on.',
  OUTPUT_NOT_WRITTEN:
    'No PDF document could be made of the answer: too long, or in characters that no font here has. The text is in `error.partial`.',
  OUTPUT_TRUNCATED:
    'The answer was cut short, and more room could not be given or was not enough; what there was is in the run.',
  CONTENT_FILTERED: 'A filter of the model’s server held back the request or the answer.',
  MODEL_REFUSED: 'The model refused to answer; its words are in the run.',
  INPUT_INVALID: 'The revision that was drawn cannot be served with these inputs.',
  DOCUMENT_UNREADABLE: 'No text can be taken out of a document: it is broken, protected, or a scan.',
  DOCUMENT_TOO_LARGE:
    'A document, or its text, is more than is read, or reading it takes too long or too much memory.',
  INPUT_PROCESSOR_FAILED:
    'An input processor gave nothing, and has no `fallback_text`; the message says why.',
  WORKER_LOST: 'Too many workers died over the run.',
  STORE_UNAVAILABLE: 'The store cannot be reached, or the run was stored by a newer version; try again.',
  FILES_UNAVAILABLE:
    'Files cannot be stored or read now: the disk or the storage is full, read-only, or away; try again.',
  SHUTTING_DOWN: 'The server is stopping; try again.',
  QUEUE_FULL: 'Too many runs are queued.',
  RUN_EXPIRED: 'The run did not end before its deadline.',
  RUN_UNFINISHED: 'The run has not ended within the time that a call may wait; it goes on.',
}

const BODY: readonly Reason[] = [
  'MALFORMED_JSON',
  'MALFORMED_REQUEST',
  'BODY_TOO_LARGE',
  'FILE_TOO_LARGE',
  'TOO_MANY_FILES',
  'UNSUPPORTED_MEDIA_TYPE',
  'TOO_MANY_REQUESTS',
]

/** What an endpoint may refuse with before its handler is reached, or whatever the handler does. */
function commonReasons({ method, path, scope, body, door }: Endpoint): Reason[] {
  return [
    ...(door ? (['MALFORMED_REQUEST', 'PROJECT_NOT_FOUND'] as const) : []),
    ...(path.includes('_id') ? (['MALFORMED_ID', 'MALFORMED_REQUEST'] as const) : []),
    ...(path.includes(':project_id') ? (['PROJECT_NOT_FOUND'] as const) : []),
    ...(path.includes(':task_id') ? (['TASK_NOT_FOUND'] as const) : []),
    ...(path.includes(':tag_id') ? (['TAG_NOT_FOUND'] as const) : []),
    ...(scope === 'open' ? [] : (['UNAUTHENTICATED', 'STORE_UNAVAILABLE'] as const)),
    ...(scope === 'open' || scope === 'any' ? [] : (['PERMISSION_CHECK_FAILED'] as const)),
    ...(method === 'get' ? [] : (['CONDITION_UNSUPPORTED'] as const)),
    ...(body ? BODY : []),
    'REQUEST_TIMEOUT',
    'HEADERS_TOO_LARGE',
    'INTERNAL_ERROR',
  ]
}

/** The error codes that an endpoint may give, by status. `own`: one of them is the endpoint's own. */
export function errorCodesByStatus(declared: Endpoint): Map<number, { errorCodes: Reason[]; own: boolean }> {
  const found = new Map<number, { errorCodes: Reason[]; own: boolean }>()
  for (const reason of new Set([...declared.errorCodes, ...commonReasons(declared)])) {
    const status = REASONS[reason]
    const { errorCodes, own } = found.get(status) ?? { errorCodes: [], own: false }
    found.set(status, {
      errorCodes: [...errorCodes, reason],
      own: own || declared.errorCodes.includes(reason),
    })
  }
  return found
}
