package seed

import (
	"fmt"
	"math/rand/v2"

	"lianou/core"
)

// Identity numbers must be unique over the whole city without a table of those
// given: each chunk owns the birth days of one residue and ten of the thousand
// sequence numbers. Sequences from 990 belong to the Stories.
const (
	dayClasses = 50
	seqClasses = 99
	maxChunks  = dayClasses * seqClasses
)

// numberer gives the identity numbers of one chunk.
type numberer struct {
	chunk int
	today core.Date
	taken map[string]bool
}

// birthOn moves a day to the nearest earlier one that the chunk owns.
func (n *numberer) birthOn(day core.Date) core.Date {
	if day > n.today {
		day = n.today
	}
	off := (int(day) - n.chunk%dayClasses) % dayClasses
	if off < 0 {
		off += dayClasses
	}
	return day - core.Date(off)
}

// id makes a number for somebody born on a day of this chunk. When the five
// sequences of that place, day and sex are used up it looks fifty days earlier,
// and so returns the day of birth it settled on.
func (n *numberer) id(r *rand.Rand, address string, birth core.Date, male bool) (core.IDNumber, core.Date) {
	base := n.chunk / dayClasses * 10
	start := r.IntN(5)
	for ; ; birth -= dayClasses {
		for k := range 5 {
			seq := base + (start+k)%5*2
			if male {
				seq++
			}
			first := fmt.Sprintf("%s%s%03d", address, birth.Time().Format("20060102"), seq)
			if n.taken[first] {
				continue
			}
			n.taken[first] = true
			id, err := core.ParseID(first+string(core.IDCheckDigit(first)), n.today)
			if err == nil {
				return id, birth
			}
		}
	}
}

// addressCode is the first six digits of a number: the county of birth, under the
// code it had when the number was given (domain.md 7.1). Most people born before
// the prefecture became a city in late 1994 still carry the older one.
func addressCode(r *rand.Rand, county core.RegionCode, birth core.Date) string {
	old := map[core.RegionCode]string{
		"371402": "372401", "371403": "372421", "371422": "372431", "371423": "372432", "371424": "372428", "371425": "372425",
		"371426": "372422", "371427": "372423", "371428": "372424", "371481": "372402", "371482": "372403",
	}
	switch year := birth.Time().Year(); {
	case chance(r, 40): // married in or moved in
		away := []string{"370831", "371522", "370126", "130927", "131124", "372330", "370181", "371623", "410928", "220122"}
		return away[r.IntN(len(away))]
	case year < 1995 && chance(r, 700) && old[county] != "":
		return old[county]
	case county == "371403" && year < 2014:
		return "371421" // 陵县 until it became a district
	}
	return string(county)
}

// phone gives a number of a shape that is valid and plainly local: 0534 or 534
// follows the prefix. Numbers ending in 00xx belong to the Stories.
func phone(r *rand.Rand) core.Phone {
	prefixes := [...]int{130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 150, 151, 152, 153, 155, 156, 157, 158, 159, 177, 180, 181, 182, 183, 185, 186, 187, 188, 189}
	middle := "0534"
	if x := r.IntN(11); x < 10 {
		middle = fmt.Sprintf("534%d", x)
	}
	// The shape is valid whatever is drawn; a test holds every prefix to it.
	p, _ := core.ParsePhone(fmt.Sprintf("%d%s%04d", prefixes[r.IntN(len(prefixes))], middle, 100+r.IntN(9900)))
	return p
}

// cardPrefix starts every invented card. No bank issues it.
const cardPrefix = "620534"

// card gives a card number of nineteen digits that passes the Luhn check. Its
// last four digits never begin with 00: those tell the stand-in bank to return
// the payment (docs/bank-file.md).
func card(r *rand.Rand) core.BankAccount {
	for {
		digits := fmt.Sprintf("%s%012d", cardPrefix, r.Int64N(1_000_000_000_000))
		digits += luhnDigit(digits)
		if digits[15:17] == "00" {
			continue
		}
		account, err := core.ParseBankAccount(digits)
		if err == nil {
			return account
		}
	}
}

// luhnDigit is the check digit of ISO/IEC 7812-1.
func luhnDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return string(rune('0' + (10-sum%10)%10))
}

// CardEnding makes a valid invented card that ends in four given digits, for the
// endings by which the stand-in bank tells what to answer.
func CardEnding(last4 string) core.BankAccount {
	for n := range 1000 {
		account, err := core.ParseBankAccount(fmt.Sprintf("%s%09d%s", cardPrefix, 534_000_000+n, last4))
		if err == nil {
			return account
		}
	}
	return core.BankAccount{}
}
