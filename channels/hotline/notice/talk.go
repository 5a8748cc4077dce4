package notice

import (
	"time"

	"lianou/core/wording"
)

// Kind is what happened on the line.
type Kind string

// The events a Talk is told of.
const (
	Answered Kind = "answered" // somebody or something picked up
	Speech   Kind = "speech"   // the other side has spoken without a break for as long as Step.Speech
	Quiet    Kind = "quiet"    // nothing was heard for as long as Step.Quiet, and our words are over
	Key      Kind = "key"      // Event.Key was pressed
	Full     Kind = "full"     // Step.Full has passed
	Ended    Kind = "ended"    // the other side hung up
)

// Event is one of them.
type Event struct {
	Kind Kind
	Key  rune
}

// Step is what the line is to do next. A key interrupts what is being said.
type Step struct {
	Say    []Clip
	Quiet  time.Duration // how long to wait after the words, or after the last word heard
	Speech time.Duration // zero: speech is nothing to report
	Full   time.Duration // zero: as long as it takes
	End    bool          // hang up after the words
}

// How a machine is told from a person: a person says two words and waits, a machine
// tells its text. Whoever is told apart wrongly is rung again, or gets the same words.
const (
	pause       = 1200 * time.Millisecond // after the first words, or without any
	tooLong     = 4 * time.Second         // more than anybody says who picks up
	talksOver   = 6 * time.Second         // through our greeting: it does not listen
	mostPrelude = 8 * time.Second
	machineEnds = 2 * time.Second // quiet after its text
	mostMachine = 25 * time.Second
	waitKey     = 7 * time.Second
)

// The most that is tried in one call.
const (
	mostSilences = 1
	mostRepeats  = 3
	mostWrong    = 3
)

type state int

const (
	listening state = iota // who is it?
	asking                 // for a key
	machine
	over
)

// Talk is one call about one notice. It is not safe for use by several goroutines.
type Talk struct {
	about    wording.Kind
	state    state
	told     bool
	machine  bool
	person   bool // a key was pressed
	silences int
	repeats  int
	wrong    int
}

// About is the talk of a call about a notice of that kind.
func About(k wording.Kind) *Talk { return &Talk{about: k} }

// Told reports whether somebody has pressed the key that says so.
func (t *Talk) Told() bool { return t.told }

// Reach is whom the call reached as far as it went.
func (t *Talk) Reach() Reach {
	switch {
	case t.told:
		return Told
	case t.machine && !t.person:
		return Machine
	}
	return NoKey
}

// Next tells the talk what happened. After a step with End, or after Ended, it answers
// with End and no words.
func (t *Talk) Next(e Event) Step {
	if t.state == over || e.Kind == Ended {
		t.state = over
		return Step{End: true}
	}
	switch e.Kind {
	case Answered:
		return Step{Quiet: pause, Speech: tooLong, Full: mostPrelude}
	case Key:
		return t.key(e.Key)
	case Speech:
		t.state, t.machine = machine, true
		return Step{Quiet: machineEnds, Full: mostMachine}
	}
	return t.quiet()
}

func (t *Talk) key(k rune) Step {
	t.silences, t.person = 0, true
	switch {
	case t.state != asking: // a person after all
		return t.ask()
	case k == '1':
		t.told = true
		if d, ok := details()[t.about]; ok {
			return t.end(d, d, ClipHeard)
		}
		return t.end(ClipHeard)
	case k == '2' && t.repeats < mostRepeats:
		t.repeats++
		return t.ask()
	case k == '2' || t.wrong >= mostWrong: // a child with the receiver
		return t.end(ClipAnother)
	}
	t.wrong++
	return Step{Say: []Clip{ClipKeys}, Quiet: waitKey}
}

func (t *Talk) ask() Step {
	t.state = asking
	s := Step{Say: []Clip{ClipHello, ClipNews, ClipKeys}, Quiet: waitKey}
	if !t.person && t.silences == 0 {
		s.Speech = talksOver
	}
	return s
}

// quiet is that the other side waits, or says nothing.
func (t *Talk) quiet() Step {
	switch t.state {
	case listening:
		return t.ask()
	case machine:
		return t.end(ClipMachine)
	}
	if t.silences++; t.silences <= mostSilences {
		return t.ask()
	}
	return t.end(ClipAnother)
}

func (t *Talk) end(say ...Clip) Step {
	t.state = over
	return Step{Say: say, End: true}
}
