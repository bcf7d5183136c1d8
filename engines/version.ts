/** Part of a run's identity: raised whenever the same scenario and seed may give another run. */
export const ENGINE_VERSION = '0.2.0';
