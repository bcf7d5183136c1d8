/** What a scenario can say about video. */
import type { EncodeAction } from './coding/scenario.ts';
import type { StreamAction, ViewerAction } from './streaming/scenario.ts';

export type VideoAction = EncodeAction | StreamAction | ViewerAction;
