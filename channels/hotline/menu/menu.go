package menu

import (
	"strings"
	"time"

	"lianou/core/wording"
)

// Kind is what happened on the line.
type Kind string

// The events a Menu is told of.
const (
	Answered Kind = "answered" // the call was picked up
	Key      Kind = "key"      // Event.Key was pressed
	Quiet    Kind = "quiet"    // nothing was said or pressed for as long as the step allows
	Full     Kind = "full"     // the recording may not grow any longer
	Found    Kind = "found"    // the pair opened an application in Event.Status
	NotFound Kind = "notfound" // the pair opens nothing
	Away     Kind = "away"     // it cannot be looked up now
	TooMany  Kind = "toomany"  // it was tried too often
	Ended    Kind = "ended"    // the caller hung up
)

// Event is one of them.
type Event struct {
	Kind   Kind
	Key    rune // 0-9, *, #, A-D
	Spoke  bool // the caller has been heard since the last step
	Hidden bool // with Answered: the caller's number is not shown
	Status wording.Status

	// With Found: what the household may say of the application.
	Decided bool // that a decision is wrong
	Reopens bool // that it is not solved
}

// Step is what the line is to do next. A key interrupts what is being said, and
// speech what invites to it.
type Step struct {
	Say   []Clip
	Quiet time.Duration // how long to wait after the words, or after the last word heard or key pressed
	Look  *Pair         // look this up and report; the line says nothing meanwhile
	End   bool          // hang up after the words
}

// How long a caller may be quiet. People who phone for help are old, or have to look
// for a paper in another room.
const (
	waitFirst  = 12 * time.Second // before the first word
	waitMore   = 15 * time.Second // after something was said
	waitDigits = 12 * time.Second // between two keys
)

// The most that is tried before a person takes over.
const (
	mostSilences = 2
	mostPairs    = 3
	mostWrong    = 3
)

type state int

const (
	speaking state = iota // the caller may speak
	receipt               // keys in the receipt number
	last4                 // keys in the last four
	looking
	heard  // the state was read out: what may be said of it has keys
	noting // keys in the number of a notice
	saying // says what was chosen by key; it stays what the call is about
	over
)

// Menu is one caller's way through. It is not safe for use by several goroutines.
type Menu struct {
	state    state
	hidden   bool
	said     bool // the caller has spoken at some time
	served   bool // a status was read out
	callBack bool
	kind     Wish   // chosen by key; "" for none
	about    string // what was keyed in, as About gives it
	may      Event  // what may be said of the application that was found
	silences int    // in a row
	wrong    int    // keys that mean nothing, in a row
	pairs    int    // looked up
	digits   strings.Builder
	pair     Pair
}

// Wish is what the call is about as far as it went.
func (m *Menu) Wish() Wish {
	switch {
	case m.kind == WishAppeal || m.kind == WishUnsolved:
		return m.kind // somebody rings in any case
	case m.callBack:
		return WishCallBack
	case m.kind != "":
		return m.kind
	case m.served && !m.said:
		return WishStatus
	}
	return WishRequest
}

// About is what the caller keyed in: "receipt:" and the number once it opened an application,
// "notice:" and the number that stands on it, "" for nothing.
func (m *Menu) About() string { return m.about }

// Next tells the menu what happened. After a step with End, or after Ended, it
// answers with End and no words.
func (m *Menu) Next(e Event) Step {
	m.said = m.said || e.Spoke
	if m.state == over || e.Kind == Ended {
		m.state = over
		return Step{End: true}
	}
	if e.Spoke {
		m.silences, m.wrong = 0, 0
	}
	switch e.Kind {
	case Answered:
		m.hidden = e.Hidden
		return m.listen(waitFirst, ClipHello, ClipWelcome)
	case Full:
		return m.takenDown()
	case Key:
		return m.key(e.Key)
	case Quiet:
		return m.quiet()
	}
	return m.looked(e)
}

func (m *Menu) listen(quiet time.Duration, say ...Clip) Step {
	switch {
	case m.kind != "":
		m.state = saying
	case m.state != heard:
		m.state = speaking
	}
	m.digits.Reset()
	return Step{Say: say, Quiet: quiet}
}

func (m *Menu) end(say ...Clip) Step {
	m.state = over
	return Step{Say: say, End: true}
}

func (m *Menu) key(k rune) Step {
	m.silences = 0
	switch m.state {
	case receipt, last4:
		return m.digit(k)
	case noting:
		return m.note(k)
	case looking:
		return Step{Look: &m.pair} // the answer is on its way
	}
	if step, ok := m.chosen(k); ok {
		return step
	}
	switch k {
	case '0':
		m.wrong, m.callBack = 0, true
		if m.hidden {
			return m.listen(waitMore, ClipCallBack, ClipNoNumber)
		}
		return m.listen(waitMore, ClipCallBack)
	}
	if m.wrong++; m.wrong > mostWrong { // a child with the receiver, or a fax: it is heard, and a person listens
		return m.listen(waitMore)
	}
	return m.listen(waitFirst, ClipWrongKey)
}

func (m *Menu) ask(s state, say ...Clip) Step {
	m.state = s
	m.digits.Reset()
	return Step{Say: say, Quiet: waitDigits}
}

// digit takes one key of a number. # ends it early, * begins it anew, except as the
// last of the four characters, where it stands for X.
func (m *Menu) digit(k rune) Step {
	want := maxReceipt
	if m.state == last4 {
		want = 4
	}
	switch {
	case k >= '0' && k <= '9':
		m.digits.WriteRune(k)
	case k == '*' && m.state == last4 && m.digits.Len() == 3:
		m.digits.WriteByte('X')
	case k == '*':
		m.digits.Reset()
	case k == '#' && m.digits.Len() == 0: // does not want to any more
		return m.listen(waitFirst, ClipAnything)
	case k == '#':
		return m.slip()
	}
	if m.digits.Len() < want {
		return Step{Quiet: waitDigits}
	}
	if m.state == receipt {
		m.pair.Receipt = m.digits.String()
		return m.ask(last4, ClipLast4)
	}
	m.pair.Last4 = m.digits.String()
	m.state = looking
	m.pairs++
	return Step{Look: &m.pair}
}

// slip is a number that ended too short.
func (m *Menu) slip() Step {
	if m.wrong++; m.wrong > mostWrong {
		return m.person(ClipEnough)
	}
	if m.state == last4 {
		return m.ask(last4, ClipSlip, ClipLast4)
	}
	return m.ask(receipt, ClipSlip, ClipReceipt)
}

// person hands over to somebody who rings back.
func (m *Menu) person(why Clip) Step {
	m.callBack = true
	return m.listen(waitMore, why)
}

// takenDown ends a call of which a person hears: nobody rings who objects and did not ask for
// it, and may wish not to be known.
func (m *Menu) takenDown() Step {
	if m.kind == WishObject && !m.callBack {
		return m.end(ClipBye)
	}
	return m.end(ClipNoted, ClipBye)
}

// quiet is a caller of whom nothing is heard.
func (m *Menu) quiet() Step {
	if m.state == noting {
		return m.noteQuiet()
	}
	if m.state == receipt || m.state == last4 {
		if m.silences++; m.silences <= mostSilences {
			clip := ClipReceipt
			if m.state == last4 {
				clip = ClipLast4
			}
			return m.ask(m.state, clip)
		}
		m.silences = 0
		return m.person(ClipEnough)
	}
	m.silences++
	switch {
	case m.served && !m.said && m.kind == "" && !m.callBack:
		return m.end(ClipBye)
	case m.said && m.silences == 1:
		return m.listen(waitMore, ClipGoOn)
	case m.silences <= mostSilences && !m.said:
		return m.listen(waitFirst, ClipSpeak)
	}
	if !m.said { // nothing came through: a bad line, or somebody who cannot speak
		m.callBack = true
	}
	return m.takenDown()
}

// looked is the answer to a pair.
func (m *Menu) looked(e Event) Step {
	if m.state != looking {
		return Step{Quiet: waitMore}
	}
	switch {
	case e.Kind == Found:
		return m.tell(e)
	case e.Kind == Away:
		return m.person(ClipAway)
	case e.Kind == TooMany || m.pairs >= mostPairs:
		return m.person(ClipEnough)
	}
	return m.ask(receipt, ClipNoMatch, ClipReceipt)
}
