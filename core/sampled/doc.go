// Package sampled asks a share of those who were paid whether the money arrived, and how much
// (钱到了没有,到了多少): F105. What the bank says is on a card is not yet in somebody's hand.
//
// Nobody picks who is asked, and anybody can draw again. Each county has a round for each day
// (Work), which takes three steps, each once, as those of core/recheck do:
//
//  1. committed: before or on the day the program draws a seed of 32 random bytes and writes its
//     SHA-256 into the log, with the county, the day and the share. Nobody is shown the seed.
//  2. listed: the day is over and the log has grown past the commitment. What was paid that day is
//     frozen in the order of the lines' numbers, each with its weight; the digest of the list and
//     the log's head go into the log.
//  3. drawn: the seed is laid open, in the log too, and the draw follows from it (Draw).
//
// A first payment, a card that is another than before and a household that was told by somebody's
// word weigh more: those are where money goes astray. `lianou draw paid` recomputes a round from the
// log and the list by code of its own. A day on which something was paid while the job stood still is
// made up within six days (MakeUp).
//
// A drawn payment is a call to make within three working days, by an agent, or by somebody of the
// township where there is no telephone or three calls were in vain. Whoever proposed, decided or paid
// it, proposed or confirmed another card or told the household of it does not ask, nor do kin, nor, at
// the door, the officer and the assistant of the case. The caller does not know the amount: who is told
// "180, is it?" says yes. An answer that is not what was paid opens a matter, which a payer by name
// finds out about and ends in words. It pays nobody: where money has to move, it moves by the repairs
// of core/payout and workflow's changes. Two people say that it did, and two end whatever is said not
// to be there (Matter.Two).
//
// It owns the tables sampled_share, sampled_round, sampled_line, sampled_call, sampled_try and
// sampled_matter (migration 00658), which hold all of it.
package sampled
