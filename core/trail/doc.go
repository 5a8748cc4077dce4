// Package trail walks from a payment back to its beginning: the bank's line, the batch, what it
// was owed on, the decision, the findings and facts it rests on, the request, and the seconds of
// the call or the words at the door. Each hop is looked at anew: digests are computed again and
// sums counted again, and the entry of the log that made it is looked for.
//
// Names and numbers are masked in what it gives, and there is no way to the plain ones. A look is
// an act: each hop that is shown leaves an entry. It must not mend anything it finds broken.
package trail
