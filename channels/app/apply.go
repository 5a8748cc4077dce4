package app

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/interview"
)

func (c *Channel) applyPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		v := c.emptyForm(uuid.NewString())
		v.Values["form/contact.capacity"] = "self"
		v.Values["form/contact.phone"] = c.door.Phone(r.Context(), who).Reveal()
		c.showApply(w, r, v, nil)
	})
}

func (c *Channel) emptyForm(key string) applyView {
	return applyView{Form: c.form, Counties: c.door.Counties(), Items: c.door.Items(), Key: key, Values: map[string]string{}, Kept: map[string]string{},
		Reads: c.env.Cards != nil}
}

func (c *Channel) showApply(w http.ResponseWriter, r *http.Request, v applyView, err error) {
	page, status := view{Title: "求助登记", Data: v}, http.StatusOK
	if err != nil {
		status, page.Error, page.Field = c.fault(w, r, err)
	}
	c.show(w, r, status, "apply", page)
}

// fault notes an error that is shown on the page it happened on.
func (c *Channel) fault(w http.ResponseWriter, r *http.Request, err error) (status int, say, field string) {
	channels.Refused(r, err)
	channels.PrepareRefusal(w, err)
	p := channels.ProblemOf(err)
	if p.Detail == "" {
		p.Detail = wording.For(core.KindOf(err))
	}
	return p.Status, p.Detail, p.Field
}

// applyPost takes the page, keeps its photos and signature, and submits. Whatever
// fails, the page comes back with all that was filled in, under the same key.
func (c *Channel) applyPost(w http.ResponseWriter, r *http.Request) {
	who, err := c.visitor(w, r, true)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	sent, err := readPage(r)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v := c.emptyForm(sent.values["key"])
	v.Values, v.Kept = sent.values, c.kept(sent.values)
	if sent.values["read"] != "" {
		err := c.readCards(r, who, &v, sent.files)
		c.showApply(w, r, v, err)
		return
	}
	form, err := c.assemble(r, who, v, sent.files)
	if err != nil {
		c.showApply(w, r, v, err)
		return
	}
	got, err := c.env.Intake.Submit(r.Context(), c.door.Submission(r.Context(), form, who))
	if err != nil {
		c.showApply(w, r, v, err)
		return
	}
	http.Redirect(w, r, receiptAt(got), http.StatusSeeOther)
}

// page is a sent form: text fields and files, nothing on disk.
type page struct {
	values map[string]string
	files  map[string][]byte
}

const (
	maxField = 20 << 10
	// maxPage is a whole page: two photos, the signature, the answers.
	maxPage = 3*channels.MaxPhoto + 1<<20
)

func readPage(r *http.Request) (page, error) {
	p := page{values: map[string]string{}, files: map[string][]byte{}}
	parts, err := r.MultipartReader()
	if err != nil {
		return p, channels.ErrUpload
	}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, channels.UploadFault(err)
		}
		if n > 300 {
			return p, channels.ErrUpload
		}
		if err := p.add(part); err != nil {
			return p, err
		}
	}
}

func (p page) add(part *multipart.Part) error {
	if part.FileName() != "" {
		data, err := channels.ReadPart(part)
		if name := part.FormName(); len(data) > 0 {
			if name == "photos" { // as many as were chosen, in their order
				name = fmt.Sprintf("photos/%03d", len(p.files))
			}
			p.files[name] = data
		}
		return err
	}
	limit := int64(maxField)
	if part.FormName() == channels.KindStrokes {
		limit = channels.MaxStrokes
	}
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return channels.UploadFault(err)
	}
	if int64(len(data)) > limit {
		return core.E(core.KindTooLarge, "field_too_large", "有一处写得太长了,请改短一点。")
	}
	name, value := part.FormName(), strings.TrimSpace(string(data))
	if old := p.values[name]; old != "" && name == "items" {
		value = old + " " + value
	}
	p.values[name] = value
	return nil
}

// keptFields are uploads that may have arrived with an earlier try of the page.
var keptFields = []string{"id_front", "id_back", "signed"}

func (c *Channel) kept(values map[string]string) map[string]string {
	out := map[string]string{}
	for _, f := range keptFields {
		if d := values["kept/"+f]; d != "" {
			if _, err := blob.ParseDigest(d); err == nil {
				out[f] = d
			}
		}
	}
	return out
}

// assemble makes the JSON form out of the page.
func (c *Channel) assemble(r *http.Request, who citizen.Citizen, v applyView, files map[string][]byte) (intake.Form, error) {
	if of := v.Value(channels.CapacityStep); of != "" && of != string(core.CapacitySelf) && strings.TrimSpace(v.Value("contact.name")) == "" {
		return intake.Form{}, core.Invalid("contact.name", "替别人报的,请写上您自己怎么称呼。")
	}
	papers, err := c.papers(r, who, v.Kept, files)
	if err != nil {
		return intake.Form{}, err
	}
	form := intake.Form{
		Key:       v.Key,
		Contact:   intake.ContactForm{Phone: v.Value("form/contact.phone"), Capacity: v.Value("form/contact.capacity"), Name: v.Value("contact.name")},
		Applicant: intake.PersonForm{Name: v.Value("form/applicant.name"), IDNumber: v.Value("form/applicant.id_number")},
		Live:      intake.PlaceForm{Region: v.Value("form/live.region"), Detail: v.Value("form/live.detail")},
		Items:     strings.Fields(v.Value("items")),
		Story:     v.Value("form/story"),
		Urgent:    v.Value("form/urgent") == "true",
		Account:   v.Value("form/account"),
		Papers:    papers,
	}
	for _, consent := range c.form.Consents {
		if v.Value("consent/"+consent.Purpose) == "yes" {
			form.Consents = append(form.Consents, intake.ConsentForm{Purpose: consent.Purpose, Version: consent.Version, How: "tick"})
		}
	}
	household, people, err := c.facts(v)
	if err != nil {
		return intake.Form{}, err
	}
	form.Household, form.People = household, people
	form.Signature, err = c.sign(r, who, v.Value(channels.KindStrokes), v.Kept, files)
	return form, err
}

// papers keeps the photos of the card, and lists those that came with an earlier try too.
func (c *Channel) papers(r *http.Request, who citizen.Citizen, kept map[string]string, files map[string][]byte) (list []intake.PaperForm, err error) {
	for _, kind := range []string{"id_front", "id_back"} {
		if data, sent := files[kind]; sent {
			info, err := c.door.Keep(r.Context(), who, kind, data)
			if err != nil {
				return nil, err
			}
			kept[kind] = string(info.Digest)
		}
		if d := kept[kind]; d != "" {
			list = append(list, intake.PaperForm{Kind: kind, Digest: d})
		}
	}
	return list, nil
}

// sign binds the signature to the exact text that was shown. Without script a photo
// of the name written on paper stands for the strokes.
func (c *Channel) sign(r *http.Request, who citizen.Citizen, strokes string, kept map[string]string, files map[string][]byte) (*intake.SignatureForm, error) {
	document, err := c.env.Blobs.Put(r.Context(), strings.NewReader(c.form.Document()), blob.PutOptions{Class: "document", By: who.ID, MIME: "text/plain; charset=utf-8", Max: 1 << 20})
	if err != nil {
		return nil, err
	}
	switch photo, sent := files["signed"]; {
	case strokes != "" && strokes != "[]":
		info, err := c.door.Keep(r.Context(), who, channels.KindStrokes, []byte(strokes))
		if err != nil {
			return nil, err
		}
		kept["signed"] = string(info.Digest)
	case sent:
		info, err := c.door.Keep(r.Context(), who, channels.KindSigned, photo)
		if err != nil {
			return nil, at("signature", err)
		}
		kept["signed"] = string(info.Digest)
	}
	if kept["signed"] == "" {
		return nil, core.Invalid("signature", "还差您的签名。")
	}
	return &intake.SignatureForm{Strokes: kept["signed"], Document: string(document.Digest)}, nil
}

func at(field string, err error) error {
	e := *core.Known(err)
	e.Field = field
	return &e
}

// facts turns the page's answers into the household's facts. An empty answer is
// "not known", never no and never zero.
func (c *Channel) facts(v applyView) (json.RawMessage, []intake.MemberForm, error) {
	household := map[string]any{}
	for _, q := range c.form.Questions {
		if fact, ok := q.Household(); ok {
			if err := put(household, fact, q, v.Value(q.Key)); err != nil {
				return nil, nil, err
			}
		}
	}
	var members []map[string]any
	var people []intake.MemberForm
	for _, row := range v.Rows() {
		if row.Ref != "m1" && !row.Filled {
			continue
		}
		m := map[string]any{"ref": row.Ref, "age": nil}
		if row.Ref == "m1" {
			m["relation"] = "applicant"
		}
		for _, a := range row.Asks {
			fact, _ := a.Member()
			if err := put(m, fact, a.Question, a.Value); err != nil {
				return nil, nil, err
			}
		}
		if row.Ref != "m1" {
			people = append(people, intake.MemberForm{Ref: row.Ref, Name: row.NameIs, IDNumber: row.IDIs})
		}
		members = append(members, m)
	}
	household["members"] = members
	raw, err := json.Marshal(household)
	return raw, people, err
}

func put(facts map[string]any, fact string, q interview.Question, value string) error {
	if value == "" {
		return nil
	}
	switch q.Type {
	case interview.TypeMoney:
		amount, err := core.ParseYuan(strings.ReplaceAll(value, ",", ""))
		if err != nil {
			return at(fact, err)
		}
		facts[fact] = amount
	case interview.TypeNumber:
		if len(value) > 4 || strings.Trim(value, "0123456789") != "" {
			return core.Invalid(fact, "这里请填一个数。")
		}
		facts[fact] = json.Number(cmp.Or(strings.TrimLeft(value, "0"), "0"))
	case interview.TypeYesNo:
		facts[fact] = value == "true"
	default:
		facts[fact] = value
	}
	return nil
}

func sayDay(v any) string {
	if t, ok := v.(time.Time); ok && !t.IsZero() {
		return core.DateOf(t).Say()
	}
	return ""
}
