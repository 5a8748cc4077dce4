package menu

import (
	"slices"

	"lianou/core"
	"lianou/core/wording"
)

// Clip names one recorded prompt: the file of that name in the folder of prompts.
type Clip string

// The clips. What each says stands in prompts/prompts.txt.
const (
	ClipHello    Clip = "hello"    // who this is, that the call is recorded
	ClipWelcome  Clip = "welcome"  // what to do
	ClipSpeak    Clip = "speak"    // we hear nothing: just speak
	ClipGoOn     Clip = "go-on"    // still there? more to say, or hang up
	ClipNoted    Clip = "noted"    // noted down, an agent listens and rings back
	ClipCallBack Clip = "callback" // a person will ring; say more if you like
	ClipNoNumber Clip = "nonumber" // your number is not shown: say it
	ClipWrongKey Clip = "wrongkey"
	ClipReceipt  Clip = "receipt"  // key in the ten digits
	ClipLast4    Clip = "last4"    // key in the last four of the ID number
	ClipSlip     Clip = "slip"     // that was no receipt number
	ClipNoMatch  Clip = "nomatch"  // the two do not fit together
	ClipAway     Clip = "away"     // cannot look just now
	ClipEnough   Clip = "enough"   // that was tried often enough: a person will look
	ClipAnything Clip = "anything" // anything else? speak, or hang up
	ClipBye      Clip = "bye"
	ClipHangUp   Clip = "hang-up" // nothing more? hang up

	ClipKeyLetter   Clip = "key-letter"   // a person reads the letter out
	ClipKeyAppeal   Clip = "key-appeal"   // it is wrong
	ClipKeyUnsolved Clip = "key-unsolved" // it is not solved
	ClipAppealWay   Clip = "appeal-way"   // review and court, with their days
	ClipAppeal      Clip = "appeal"       // say what is wrong; who was not part of it looks
	ClipUnsolved    Clip = "unsolved"     // say what is still missing
	ClipNotice      Clip = "notice"       // key in the number on the notice
	ClipKeyed       Clip = "keyed"        // you keyed in
	ClipObject      Clip = "object"       // say what is wrong with it
	ClipWhere       Clip = "object-where" // without a number: which village, which family
)

// Digit is the clip that says one key of a number.
func Digit(k rune) Clip { return Clip("digit-" + string(k)) }

// Fixed lists every clip that is no status word.
func Fixed() []Clip {
	list := []Clip{ClipHello, ClipWelcome, ClipSpeak, ClipGoOn, ClipNoted, ClipCallBack, ClipNoNumber, ClipWrongKey, ClipReceipt, ClipLast4,
		ClipSlip, ClipNoMatch, ClipAway, ClipEnough, ClipAnything, ClipBye, ClipHangUp,
		ClipKeyLetter, ClipKeyAppeal, ClipKeyUnsolved, ClipAppealWay, ClipAppeal, ClipUnsolved, ClipNotice, ClipKeyed, ClipObject, ClipWhere}
	for k := '0'; k <= '9'; k++ {
		list = append(list, Digit(k))
	}
	return list
}

// Invites reports whether a clip asks the caller to speak: who begins to, need not hear it
// to its end. Who this is and that the call is recorded is always said (PIPL art. 17).
func (c Clip) Invites() bool {
	return slices.Contains([]Clip{ClipWelcome, ClipSpeak, ClipGoOn, ClipCallBack, ClipNoNumber, ClipAnything, ClipHangUp,
		ClipKeyLetter, ClipKeyAppeal, ClipKeyUnsolved, ClipAppeal, ClipUnsolved, ClipObject, ClipWhere}, c)
}

// ClipOf is the clip that says a status.
func ClipOf(s wording.Status) Clip { return "status-" + Clip(s) }

// Clips lists every clip there must be.
func Clips() []Clip {
	list := Fixed()
	for _, s := range wording.Statuses() {
		list = append(list, ClipOf(s))
	}
	return list
}

// Pair is what a caller proves a right to hear with.
type Pair struct {
	Receipt string // ten digits, not yet held against their check digit
	Last4   string // four characters, the last may be X
}

// Wish is what a call came to be about.
type Wish string

// The wishes.
const (
	WishRequest  Wish = "request"   // somebody spoke, or hung up before saying anything
	WishCallBack Wish = "call_back" // rings back, by key or because nothing could be heard
	WishStatus   Wish = "status"    // heard the state of an application, and asked for no more
	WishAppeal   Wish = "appeal"    // a decision on the application that was heard is wrong
	WishUnsolved Wish = "unsolved"  // it is not solved
	WishObject   Wish = "object"    // a public notice is wrong
)

// Wishes lists them.
func Wishes() []Wish {
	return []Wish{WishRequest, WishCallBack, WishStatus, WishAppeal, WishUnsolved, WishObject}
}

// maxReceipt is how many digits a receipt number has.
const maxReceipt = len(core.Receipt("0000000000"))
