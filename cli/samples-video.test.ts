/** The samples of video and content distribution. */
import { testSamplesOf } from './samples-for-tests.ts';

testSamplesOf('cdn', 'video');
