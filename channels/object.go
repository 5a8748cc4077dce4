package channels

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/wording"
	"lianou/intake/objections"
)

// ObjectBody is what somebody says against a public notice. Nobody need be logged in.
type ObjectBody struct {
	Key   string `json:"key" doc:"Chosen once by the client and repeated on retry; or in Idempotency-Key"`
	Says  string `json:"says" doc:"What is wrong, at most 500 characters"`
	Name  string `json:"name,omitempty" doc:"Not needed"`
	Phone string `json:"phone,omitempty" doc:"Not needed; with it the person is told what came of it"`
}

// ObjectAnswer is the receipt: by its number anybody looks up what came of it.
type ObjectAnswer struct {
	Number string `json:"number"`
	Say    string `json:"say"`
}

// NumberBody asks what came of one.
type NumberBody struct {
	Number string `json:"number"`
}

// PostingAnswer is one line of a public board.
type PostingAnswer struct {
	Notice    int64  `json:"notice" doc:"The number by which somebody objects"`
	Confirmed bool   `json:"confirmed" doc:"Decided and published: nobody objects any more"`
	Place     string `json:"place"`
	Name      string `json:"name" doc:"Masked"`
	People    int    `json:"people"`
	Item      string `json:"item"`
	Sum       string `json:"sum,omitempty"`
	Sample    bool   `json:"sample"`
	From      string `json:"from" doc:"Day, as 2026-03-01"`
	Until     string `json:"until" doc:"The last day on which somebody may object"`
}

// Bounds of one source, such as a village behind one address of its operator, and of one account:
// whoever is logged in is counted by themselves, so that no script on their line shuts them out.
const (
	objectsOfSource  = 120 // an hour
	objectsOfCitizen = 30  // an hour
	numbersOfSource  = 60  // an hour
)

// NoNumber is the answer to a number that is nobody's.
var NoNumber = core.Invalid("number", "没有这个意见回执号,请对着再看一遍。")

var errNoObjecting = core.E(core.KindUnavailable, "no_objections", "这里现在收不了。请打 "+wording.Hotline+",说清哪个村、哪一项、哪里不对。")

// Object keeps what somebody says against a notice. What and which are of who speaks, as
// objections.Sender takes them.
func (d *CitizenDoor) Object(r *http.Request, notice int64, what, which string, in ObjectBody) (ObjectAnswer, bool, error) {
	if d.env.Objections == nil {
		return ObjectAnswer{}, false, errNoObjecting
	}
	bound, count := "object:"+Source(r), objectsOfSource
	if what == objections.Citizen {
		bound, count = "object:citizen:"+which, objectsOfCitizen
	}
	if !d.hourly(r.Context(), bound, count) {
		return ObjectAnswer{}, false, core.E(core.KindTooMany, "objection_busy", "这里刚才来的意见太多。您写的还在,过一会儿再点一次,或者打 "+wording.Hotline+"。")
	}
	sent, err := d.env.Objections.Send(r.Context(), objections.Saying{Notice: notice, Channel: d.env.Name, What: what, Which: which, Key: in.Key, Says: in.Says, Name: in.Name, Phone: in.Phone})
	if err != nil {
		return ObjectAnswer{}, false, err
	}
	return ObjectAnswer{sent.Number, wording.ObjectionTaken(objections.Spoken(sent.Number), sent.State, in.Phone != "")}, sent.Again, nil
}

func (d *CitizenDoor) hourly(ctx context.Context, key string, count int) bool {
	ok, _ := d.env.Shared.Allow(ctx, key, bell.Rate{Count: count, Per: time.Hour})
	return ok
}

// Objection says what came of one by its number, in general words.
func (d *CitizenDoor) Objection(r *http.Request, said string) (string, error) {
	if d.env.Objections == nil {
		return "", errNoObjecting
	}
	number, err := objections.ParseNumber(said)
	if err != nil {
		return "", err
	}
	if !d.hourly(r.Context(), "objection:"+Source(r), numbersOfSource) {
		return "", core.E(core.KindTooMany, "too_many_looks", "一小时查不了这么多次。过一会儿再查,也可以打 "+wording.Hotline+"。")
	}
	state, err := d.env.Objections.Said(r.Context(), number)
	if err != nil {
		return "", err
	}
	if say := wording.ObjectionSays(state); say != "" {
		return say, nil
	}
	return "", NoNumber
}

// speaker is who objects at a door without pages: the account if there is one, else the form.
func (d *CitizenDoor) speaker(r *http.Request, key string) (what, which string) {
	if who, err := d.Citizen(r); err == nil {
		return objections.Citizen, who.ID
	}
	return FormSpeaker(r, key)
}

// FormSpeaker is who objects where neither an account nor a device is known: what was written down
// once, on one line. The line alone is nobody: the second of a village behind one address would
// add to what the first said, and once that is answered hold nothing.
func FormSpeaker(r *http.Request, key string) (what, which string) {
	return "form", Source(r) + " " + key
}

// ServeObject takes one: 201, or 200 for the same key again.
func (d *CitizenDoor) ServeObject(w http.ResponseWriter, r *http.Request) {
	in, err := ReadJSON[ObjectBody](r)
	if err == nil {
		in.Key, err = oneKey(IdempotencyKey(r), in.Key)
	}
	var out ObjectAnswer
	var again bool
	if err == nil {
		what, which := d.speaker(r, in.Key)
		notice, bad := strconv.ParseInt(r.PathValue("notice"), 10, 64)
		if bad != nil {
			notice = 0 // nothing hangs under it
		}
		out, again, err = d.Object(r, notice, what, which, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	status := http.StatusCreated
	if again {
		status = http.StatusOK
	}
	WriteJSON(w, status, out)
}

// ServeObjection says what came of one.
func (d *CitizenDoor) ServeObjection(w http.ResponseWriter, r *http.Request) {
	in, err := ReadJSON[NumberBody](r)
	var say string
	if err == nil {
		say, err = d.Objection(r, in.Number)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, SayAnswer{Say: say})
}

// ServeBoard lists what hangs in {place}, a township or a village.
func (d *CitizenDoor) ServeBoard(w http.ResponseWriter, r *http.Request) {
	var list []casefile.Posting
	place, err := core.ParseRegion(r.PathValue("place"))
	if err == nil {
		list, err = d.env.Cases.Board(r.Context(), place)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	out := make([]PostingAnswer, len(list))
	for i, p := range list {
		out[i] = PostingAnswer{p.ID, p.Confirmed, p.Place, p.Name, p.People, p.Item, p.Sum(), p.Sample, p.From.String(), p.Until.String()}
	}
	w.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive, nosnippet")
	WriteJSON(w, http.StatusOK, out)
}
