package menu

import "lianou/core/wording"

// tell reads the state out, twice, and offers what may be said of it: never of an
// application whose receipt and last four were not keyed in.
func (m *Menu) tell(e Event) Step {
	m.served, m.may, m.about = true, e, "receipt:"+m.pair.Receipt
	m.state = speaking
	if !e.Decided && !e.Reopens {
		return m.listen(waitFirst, ClipOf(e.Status), ClipOf(e.Status), ClipAnything)
	}
	m.state = heard
	say := []Clip{ClipOf(e.Status), ClipOf(e.Status)}
	if !toldByLetter(e.Status) { // else its own words name the key of whoever reads the letter
		say = append(say, ClipKeyLetter)
	}
	if e.Decided {
		say = append(say, ClipKeyAppeal)
	}
	if e.Reopens {
		say = append(say, ClipKeyUnsolved)
	}
	if toldByLetter(e.Status) { // "也可以": after the first way
		say = append(say, ClipAppealWay)
	}
	return m.listen(waitFirst, append(say, ClipHangUp)...) // else who wants none of it waits for the end
}

func toldByLetter(s wording.Status) bool {
	return s == wording.StatusRefused || s == wording.StatusChanged
}

// chosen takes the keys that mean something else than a person. Who has chosen what to say
// may press on: it changes nothing, but * puts a notice's number right.
func (m *Menu) chosen(k rune) (Step, bool) {
	switch {
	case m.state == saying && m.kind == WishObject && k == '*':
		return m.take(m.ask(noting, ClipNotice))
	case m.state == saying && k != '0':
		return m.take(m.listen(waitMore))
	case k == '1':
		return m.take(m.ask(receipt, ClipReceipt))
	case m.state == heard && m.may.Decided && k == '2':
		return m.take(m.say(WishAppeal, ClipAppeal))
	case m.state == heard && m.may.Reopens && k == '3':
		return m.take(m.say(WishUnsolved, ClipUnsolved))
	case m.state == speaking && k == '2':
		return m.take(m.ask(noting, ClipNotice))
	}
	return Step{}, false
}

func (m *Menu) take(s Step) (Step, bool) {
	m.wrong = 0
	return s, true
}

// say has the caller say it: for a decision of theirs somebody rings back, so that a number
// which is not shown is asked for. Who objects need not be known.
func (m *Menu) say(kind Wish, clips ...Clip) Step {
	m.kind = kind
	if m.hidden && kind != WishObject {
		clips = append(clips, ClipNoNumber)
	}
	return m.listen(waitMore, clips...)
}

// mostNotice is how many digits the number of a notice may have.
const mostNotice = 10

// note takes one key of a notice's number. # ends it; without a digit it is not known.
func (m *Menu) note(k rune) Step {
	switch {
	case k >= '0' && k <= '9':
		m.digits.WriteRune(k)
	case k == '*':
		m.digits.Reset()
	case k == '#':
		return m.noted()
	}
	if m.digits.Len() < mostNotice {
		return Step{Quiet: waitDigits}
	}
	return m.noted()
}

// noted says the number back, and has the caller say what is wrong.
func (m *Menu) noted() Step {
	m.silences = 0
	number := m.digits.String()
	if number == "" {
		m.about = ""
		return m.say(WishObject, ClipWhere)
	}
	m.about = "notice:" + number
	say := []Clip{ClipKeyed}
	for _, k := range number {
		say = append(say, Digit(k))
	}
	return m.say(WishObject, append(say, ClipObject)...)
}

// noteQuiet is a caller who keyed in a number and found no #, or none at all.
func (m *Menu) noteQuiet() Step {
	if m.silences++; m.digits.Len() == 0 && m.silences <= mostSilences {
		return m.ask(noting, ClipNotice)
	}
	return m.noted()
}
