/** The samples of mail. */
import { testSamplesOf } from './samples-for-tests.ts';

testSamplesOf('mail');
