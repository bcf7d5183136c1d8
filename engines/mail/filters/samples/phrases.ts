/** What made-up mail is put together of. `#` stands for a number, `@` for a person's name. */

export interface Phrases {
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
}

export const PEOPLE = ['Anna', 'Ben', 'Chloe', 'David', 'Emma', 'Felix', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Lea', 'Marc', 'Nora', 'Paul'];

export const HAM: Phrases = {
  subjects: [
    'Homework #: question about exercise #',
    'Meeting moved to Thursday',
    'Notes from the lecture',
    'Lunch tomorrow?',
    'Draft of chapter #',
    'Re: lab report',
    'Photos from the weekend',
    'Seminar room # is booked',
    'Your talk on congestion control',
    'Minutes of the project meeting',
    'Train to Paris on Friday',
    'Review of your patch',
  ],
  sentences: [
    'The lecture on transport protocols starts at # in room #.',
    'Could you look over my draft before the seminar?',
    '@ and I measured the round trip again, and the results agree.',
    'I attached the lab report with the corrected figures.',
    'Our project meeting moved to Thursday, same room.',
    'Which exercises are due next week?',
    'The exam covers chapters # to #.',
    'I read your paper and have some questions about section #.',
    'The train leaves at #, let us meet at the station.',
    'Please send me the minutes when you have them.',
    'The students asked for another tutorial on routing.',
    'I fixed the test that failed on the build server.',
    'Grandmother sends her love and asks about the holidays.',
    'Would Tuesday suit you for lunch?',
    'The library wants its books back by the end of the month.',
    'My code compiles now, but the checksum is still wrong.',
    'Let us discuss the schedule with @ tomorrow.',
    'The supervisor liked the first half of the thesis.',
    'I reserved seminar room # for the whole afternoon.',
    'Sorry for the late answer, I was travelling.',
    'The committee accepted our workshop proposal.',
    'Do you still have the slides from last semester?',
    'The dataset is on the department server.',
    'I think equation # has a sign error.',
    'The kids have football practice on Saturday.',
    'We should write the introduction together.',
  ],
};

export const SPAM: Phrases = {
  subjects: [
    'You are a WINNER',
    'Cheap pills, no prescription',
    'Earn $# a day from home',
    'Limited time offer: # % off',
    'Your loan is approved',
    'Claim your prize now',
    'Luxury replica watches',
    'Lose # pounds in # days',
    'Urgent business proposal',
    'Hot stock tip of the week',
    'Congratulations, lucky customer',
    'Free casino bonus inside',
  ],
  sentences: [
    'Buy cheap pills online, no prescription needed!',
    'You have won $#000000 in our international lottery.',
    'Earn $# a day working from home, no experience required.',
    'Your loan of $#000 is approved, no credit check.',
    'Click here to claim your free prize now!',
    'This limited time offer expires tonight.',
    'Genuine replica watches at unbeatable prices.',
    'Lose # pounds in # days with our miracle diet.',
    'I am the widow of a minister and need your urgent assistance to transfer funds.',
    'Double your money with this secret stock tip.',
    'Order now and save # % on every purchase!',
    '100% guaranteed satisfaction or your money back.',
    'Play at our casino and get a $# bonus.',
    'Dear lucky customer, congratulations!',
    'Act now, supplies are limited!',
    'Risk free investment with huge profits.',
    'Lowest prices on brand name medication, shipped worldwide.',
    'Refinance your mortgage at incredible rates.',
    'Meet singles in your area tonight.',
    'No obligation, cancel your free trial any time.',
    'Millions of satisfied customers cannot be wrong.',
    'Consolidate your debt and stop worrying about bills.',
  ],
};

/** Said by everybody: it tells nothing. */
export const COMMON: readonly string[] = [
  'I hope you are well.',
  'Thank you for your time.',
  'Please let me know what you think.',
  'You can find more information at the link below.',
  'I look forward to hearing from you.',
  'Best wishes, @',
  'Have a good week.',
  'See you soon.',
  'Please reply as soon as you can.',
  'Here is what we talked about.',
];
