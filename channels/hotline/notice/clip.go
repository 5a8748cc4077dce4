package notice

import (
	"slices"

	"lianou/core/wording"
)

// Clip names one recorded prompt: the file of that name in the folder of prompts.
type Clip string

// The clips. What each says stands in prompts/prompts.txt.
const (
	ClipHello   Clip = "call-hello"   // who rings
	ClipNews    Clip = "call-news"    // there is news of your request
	ClipKeys    Clip = "call-keys"    // 1: heard; 2: again
	ClipHeard   Clip = "call-heard"   // noted; where to ask; good-bye
	ClipAnother Clip = "call-another" // no key was heard: we shall come back to you
	ClipMachine Clip = "call-machine" // for a machine: who rang, where to ring
	ClipRefused Clip = "call-refused"
	ClipChanged Clip = "call-changed"
)

// details is what is said of a kind of notice once a key was pressed: what the text of
// it says too, without sums. A kind that is not here has no more to say.
func details() map[wording.Kind]Clip {
	return map[wording.Kind]Clip{
		wording.KindReceived:  ofStatus(wording.StatusReceived),
		wording.KindRouted:    ofStatus(wording.StatusRouted),
		wording.KindAccepted:  ofStatus(wording.StatusAccepted),
		wording.KindAskOne:    ofStatus(wording.StatusAskOne),
		wording.KindVisit:     ofStatus(wording.StatusVisitSet),
		wording.KindPublished: ofStatus(wording.StatusPublished),
		wording.KindApproved:  ofStatus(wording.StatusApproved),
		wording.KindRefused:   ClipRefused,
		wording.KindPaid:      ofStatus(wording.StatusPaid),
		wording.KindReturned:  ofStatus(wording.StatusReturned),
		wording.KindReferred:  ofStatus(wording.StatusReferred),
		wording.KindChanged:   ClipChanged,
	}
}

// ofStatus is the clip with which the hotline says a status.
func ofStatus(s wording.Status) Clip { return "status-" + Clip(s) }

// Clips lists every clip there must be.
func Clips() []Clip {
	list := []Clip{ClipHello, ClipNews, ClipKeys, ClipHeard, ClipAnother, ClipMachine}
	for _, c := range details() {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}
