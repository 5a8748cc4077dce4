package channels

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// ReadWhy is for what somebody reads how their household stands, as the log has it.
const ReadWhy = "问为什么"

// WhyAnswer is how a household stands with every item.
type WhyAnswer struct {
	Say   string    `json:"say" doc:"What this is, and that it decides nothing"`
	Items []WhyItem `json:"items"`
}

// WhyItem is how a household stands with one item. It is a comparison of what is written down
// with the conditions and no decision: only a person says no.
type WhyItem struct {
	Item    core.ItemCode `json:"item"`
	Name    string        `json:"name"`
	Outcome string        `json:"outcome" doc:"eligible, not_eligible or unknown"`
	Status  string        `json:"status,omitempty" doc:"How far it is, where it was asked for"`
	Says    []string      `json:"says" doc:"Why, in whole sentences, three at most, and one that it hangs on another member too"`
	Law     []string      `json:"law,omitempty"`
	Near    string        `json:"near,omitempty" doc:"What would have to be otherwise"`
	List    string        `json:"list,omitempty" doc:"Of a scarce thing: where the household stood in its last list"`
}

// mostSays is how many sentences an item has: the rest would say the same.
const mostSays = 3

// othersSaid stands where the reason is another member's.
const othersSaid = "这一项也看家里别人的情况。别人的情况这里不写,想知道,可以到镇上问。"

// Why reads how the household of the application that {receipt} names stands with every item
// (为什么没有我). It is read by who asked for themselves, and holds of the other members of their
// household nothing (casefile.Others); who acts for somebody else or helps reads none of it.
func (d *CitizenDoor) Why(r *http.Request, who citizen.Citizen) (WhyAnswer, casefile.Status, error) {
	s, err := d.Status(r, who)
	if err != nil {
		return WhyAnswer{}, s, err
	}
	w, err := d.env.Cases.Why(r.Context(), d.lettersOf(who, s), ReadWhy)
	return whyAnswer(w, s), s, err
}

func whyAnswer(w casefile.Why, s casefile.Status) WhyAnswer {
	a := WhyAnswer{Say: "这是拿记下的情况,和每一项的条件一条一条对出来的,不是决定。记得不对,就跟我们说。", Items: make([]WhyItem, 0, len(w.Findings))}
	if len(w.Findings) == 0 {
		a.Say = "还没有对过。受理以后,每一项合不合、为什么,都写在这里。"
	}
	for _, f := range w.Findings {
		it := WhyItem{Item: f.Item, Name: f.Name, Outcome: f.Outcome, Near: f.Near}
		if i := slices.IndexFunc(s.Items, func(i casefile.StatusItem) bool { return i.Item == f.Item }); i >= 0 {
			it.Name, it.Status = s.Items[i].Name, s.Items[i].Status.Say("")
		}
		it.because(f)
		if f.Others {
			it.Says = append(it.Says, othersSaid)
		}
		if i := slices.IndexFunc(w.Lists, func(l casefile.InList) bool { return l.Item == f.Item }); i >= 0 {
			it.List = listSaid(w.Lists[i])
		}
		a.Items = append(a.Items, it)
	}
	return a
}

// because lays down why an item fits, does not, or cannot be told yet: the reasons that made
// it so, and of one that fits and was not taken what stands beside it.
func (it *WhyItem) because(f casefile.OwnFinding) {

	for _, r := range f.Reasons {
		if !decides(f.Outcome, r.Outcome) || len(it.Says) == mostSays {
			continue
		}
		if text := strings.TrimRight(r.Text, "。 ") + "。"; !slices.Contains(it.Says, text) {
			it.Says = append(it.Says, text)
		}
		if r.Law != "" && !slices.Contains(it.Law, r.Law) {
			it.Law = append(it.Law, r.Law)
		}
	}
	if len(it.Says) > 0 || f.Others && f.Outcome != "eligible" {
		return
	}
	switch f.Outcome {
	case "eligible":
		it.Says = []string{"记下的情况,条件都合得上。给不给,要有人核实、决定。"}
	case "not_eligible":
		it.Says = []string{"记下的情况,有一条合不上。哪一条,打 " + wording.Hotline + ",让人念给您听。"}
	default:
		it.Says = []string{"还有情况不知道,现在说不准。"}
	}
}

// decides reports whether a reason is one of those that made an item what it is: of one that
// fits, those that keep it out all the same.
func decides(outcome, reason string) bool {
	if outcome == "eligible" {
		return slices.Contains([]string{"dropped", "already", "swap", "clash"}, reason)
	}
	return reason == outcome
}

// listSaid tells a household of its own place in a list and of others only how far it was gone
// through (F50).
func listSaid(l casefile.InList) string {
	begin := fmt.Sprintf("名额有限,按难处从重到轻排。%s定的名单,一共 %d 个名额,您家排在第 %d。", l.Day.Say(), l.Places, l.N)
	switch {
	case l.Got:
		return begin + "轮到您家了。"
	case l.Reached == 0:
		return begin + "还没有开始问。"
	case l.Reached < l.N:
		return begin + fmt.Sprintf("现在问到第 %d。这一批没轮到,下一批重新排。", l.Reached)
	}
	return begin + "问过您家了。怎么记的,打 " + wording.Hotline + "问。"
}

// ServeWhy answers how a household stands with every item.
func (d *CitizenDoor) ServeWhy(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var a WhyAnswer
	if err == nil {
		a, _, err = d.Why(r, who)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, a)
}
