package channels

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/interview"
)

// Carried is what an agent wrote down in a call, as an interview goes on with it. In a
// conversation its facts have gone into what is known, and it keeps the rest.
type Carried struct {
	Call   core.CallRef        `json:"call"`
	Known  interview.Known     `json:"known"`
	People []intake.MemberForm `json:"people,omitempty"` // by the refs of Known
	Items  []string            `json:"items,omitempty"`
}

// Carry makes it of a form and what it says of the household. from is who wrote it, of
// which call and when; sources is the same by path, with the seconds of the call. The
// number of a card stays behind: it is money's, and asked at the end by itself.
func Carry(f intake.Form, h *core.Household, from core.Provenance, sources map[string]core.Provenance) Carried {
	var c Carried
	var refs map[core.MemberRef]core.MemberRef
	c.Known, refs = interview.KnownOf(h, applicantOf(h), sources)
	c.Known.Fields = map[string]string{}
	put := func(key, value string) {
		if value != "" {
			c.Known.Fields["form/"+key], c.Known.Sources["form/"+key] = value, from
		}
	}
	put("applicant.name", f.Applicant.Name)
	put("applicant.id_number", f.Applicant.IDNumber)
	put("contact.name", f.Contact.Name)
	put("contact.phone", f.Contact.Phone)
	put("live.detail", f.Live.Detail)
	put("story", f.Story)
	if len(f.Live.Region) > len("371402") { // a county alone sends nobody to a door
		put("live.region", f.Live.Region)
	}
	if f.Urgent {
		put("urgent", "true")
	}
	switch capacity := cmp.Or(core.Capacity(f.Contact.Capacity), core.CapacitySelf); capacity {
	case core.CapacitySelf, core.CapacityMember, core.CapacityGuardian, core.CapacityEntrusted:
		put("contact.capacity", string(capacity))
	}
	for _, p := range f.People {
		if ref, ok := refs[core.MemberRef(p.Ref)]; ok && ref != "m1" {
			p.Ref = string(ref)
			c.People = append(c.People, p)
		}
	}
	c.Items = f.Items
	return c
}

// applicantOf is the member of a form who applies: who is so called, else the only one of
// whom nobody said what they are to them; "" where there is none.
func applicantOf(h *core.Household) core.MemberRef {
	for _, relation := range []core.Relation{"applicant", ""} {
		i := slices.IndexFunc(h.Members, func(m core.Member) bool { return m.Relation == relation })
		if i >= 0 {
			return h.Members[i].Ref
		}
	}
	return ""
}

// ref is the call that an application goes on from; nil for none.
func (c *Carried) ref() *core.CallRef {
	if c == nil {
		return nil
	}
	call := c.Call
	return &call
}

// CallOf is the call that a conversation goes on from; nil for none.
func (t *Talking) CallOf() *core.CallRef { return t.Call.ref() }

// addTo adds to a form what the interview does not ask: the names of the family, and what
// the agent ticked.
func (c *Carried) addTo(form *intake.Form) {
	if c == nil {
		return
	}
	form.People = append(form.People, c.People...)
	for _, item := range c.Items {
		if !slices.Contains(form.Items, item) {
			form.Items = append(form.Items, item)
		}
	}
}

// Expect looks whether somebody began in a call from their own telephone, and has the
// interview ask whom that was about. Nothing of it is known yet. What fails here keeps
// nobody from being asked as everybody is.
func (d *CitizenDoor) Expect(ctx context.Context, who string, t *Talking) {
	if d.env.Begun == nil || t.Call != nil || t.Talk.Known.Begun != "" {
		return
	}
	call, err := d.env.Begun.Waiting(ctx, d.proved(ctx, who))
	if err != nil {
		d.env.Log.WarnContext(ctx, "what was begun in a call was not looked for", "error", err)
		return
	}
	t.Talk.Known.Begun = call
}

func (d *CitizenDoor) proved(ctx context.Context, who string) begun.Who {
	return begun.Who{Citizen: who, Phone: d.Phone(ctx, citizen.Citizen{ID: who})}
}

// Proof is what came of saying whom a call was about.
type Proof struct {
	Say  string
	Also func(ctx context.Context, tx *pg.Tx) error // to be kept in the conversation's transaction
}

// Prove goes on from the call that a conversation waits with, for who says whom it was
// about; without words they do not want to. Errors: KindInvalid with a sentence that says
// how to answer.
func (d *CitizenDoor) Prove(ctx context.Context, who string, t *Talking, said string) (Proof, error) {
	call := t.Talk.Known.Begun
	if d.env.Begun == nil || call == "" {
		t.Talk.Known.Begun = ""
		return Proof{}, nil
	}
	if said == "" || declines(said) {
		t.Talk.Known.Begun = ""
		return Proof{Say: "好,那就从头说。电话里说的,12345 那边都记着。"}, d.env.Begun.Declined(ctx, who, call)
	}
	if !begun.Tells(said) { // something else that they want to say: no try, and not lost
		d.in.Remark(t, said, d.here())
		return Proof{Say: "您说的记下了。先请告诉我电话里是替谁报的:姓名,和身份证号后四位,比如:王秀兰 1234。不想接着填,说“不用”。"}, nil
	}
	proved := d.proved(ctx, who)
	body, err := d.env.Begun.Try(ctx, proved, call, said)
	if core.KindOf(err) == core.KindNotFound {
		t.Talk.Known.Begun = ""
		return Proof{Say: core.Known(err).Say}, nil
	}
	if err != nil {
		return Proof{}, err
	}
	var c Carried
	if json.Unmarshal(body, &c) != nil {
		return Proof{}, core.E(core.KindInternal, "begun_body", "") // the cause may quote what was said
	}
	return Proof{Say: d.in.carryOn(t, c), Also: func(ctx context.Context, tx *pg.Tx) error { return d.env.Begun.Taken(ctx, tx, proved, call) }}, nil
}

// declines reports that somebody would rather begin anew, and says nothing else: "我不知道
// 后四位" is no such word.
func declines(said string) bool {
	said = strings.TrimRight(strings.TrimSpace(said), "。.!\uff01了吧")
	return slices.Contains([]string{"不清楚", "不知道", "不接着填", "不接着", "不用", "不要", "不用接着填", "从头", "从头来", "从头说", "算"}, said)
}

// carryOn takes what was said in a call into a conversation, and says so.
func (x *Interviews) carryOn(t *Talking, c Carried) string {
	const story = "form/story"
	own, told := t.Talk.Known.Fields[story], c.Known.Fields[story]
	t.Talk.Known.Begun = ""
	if own != "" && told != "" { // their first words here do not take the place of what they told
		t.Talk.Known.Fields[story], t.Talk.Known.Sources[story] = intake.Cut(told+"\n"+own, intake.MaxStory), c.Known.Sources[story]
	}
	t.Talk.Learn(c.Known)
	c.Known = interview.Known{}
	if len(t.Talk.Known.Members) <= 1 || t.Talk.Answered("members") {
		c.People = nil // whose refs nobody has
	}
	t.Call = &c
	return "对上了。您在电话里说过的都在,不用再说,接着填就行。最后会给您看一遍,哪条不对都能改。"
}

// fromCall takes the answer to the step that asks whom a call was about.
func (d *CitizenDoor) fromCall(ctx context.Context, who citizen.Citizen, t *open, m *matching.Matcher, read func(*Talking, interview.Step) (interview.Answer, error)) error {
	step := d.in.Interviewer.Next(t.Talk, m)
	if step.Ref != interview.StepBegun {
		return core.E(core.KindConflict, "interview_moved_on", "这一问已经答过了,请看下一问。")
	}
	a, err := read(&t.Talking, step)
	if err != nil {
		return err
	}
	said := ""
	if len(a.Value) > 0 && json.Unmarshal(a.Value, &said) != nil {
		return errReply
	}
	proof, err := d.Prove(ctx, who.ID, &t.Talking, said)
	t.say, t.also = proof.Say, proof.Also
	return err
}
