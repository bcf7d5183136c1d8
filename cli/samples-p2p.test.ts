/** The samples of peer-to-peer file distribution. */
import { testSamplesOf } from './samples-for-tests.ts';

testSamplesOf('p2p');
