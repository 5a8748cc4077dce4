package intake

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/jobs"
)

const testDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// testFacts knows one township, one item and one paper.
func testFacts() facts {
	return facts{
		place: func(c core.RegionCode) (core.RegionCode, bool) {
			return c, c == testTown || c == "371426" || c == core.DezhouCity
		},
		item: func(_ core.Date, c core.ItemCode) bool { return c == "MZ-01" || c == "MZ-03" },
		uploaded: func(d core.BlobDigest, class, by string) (bool, error) {
			of := map[core.BlobDigest]string{strokesDigest: "signature", testDigest: "paper", oralDigest: "oral"}[d]
			return of == class && (by == "c1" || by == Uploader(9)), nil
		},
		signed: func(d core.BlobDigest) bool { return d == documentDigest },
		agreed: func(purpose, version string) bool { return purpose != "all" && version == "2026-01" },
	}
}

// A signature, the text above it, and an oral statement.
var (
	strokesDigest  = core.BlobDigest(strings.Repeat("5", 64))
	documentDigest = core.BlobDigest(strings.Repeat("d", 64))
	oralDigest     = core.BlobDigest(strings.Repeat("a", 64))
)

var testNow = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func byHand() Submission {
	s := spoken("0192-form-1")
	s.Way, s.Staff, s.Call, s.Heard, s.Citizen = WayOwnHand, 0, nil, nil, "c1"
	s.Consents = append(s.Consents, ConsentForm{Purpose: "means_check", Version: "2026-01", How: "signature"})
	s.Signature = &SignatureForm{Strokes: string(strokesDigest), Document: string(documentDigest)}
	s.Papers = []PaperForm{{Kind: "id_front", Digest: testDigest}}
	return s
}

func doorstep() Submission {
	s := byHand()
	s.Way, s.Staff = WayDoorstep, 9
	s.Papers = append(s.Papers, PaperForm{Kind: "oral", Digest: string(oralDigest)})
	return s
}

// Each refusal differs from an accepted submission in one thing.
func TestMeanRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		from  func() Submission
		spoil func(*Submission)
		field string
	}{
		"key of another alphabet": {byHand, func(s *Submission) { s.Key = "键键键键键键" }, "key"},
		"short key":               {byHand, func(s *Submission) { s.Key = "1" }, "key"},
		"wrong check digit":       {byHand, func(s *Submission) { s.Applicant.IDNumber = "371424196303150029" }, "applicant.id_number"},
		"born tomorrow":           {byHand, func(s *Submission) { s.Applicant.IDNumber = "37142420261124" + "002X" }, "applicant.id_number"},
		"no name":                 {byHand, func(s *Submission) { s.Applicant.Name = " " }, "applicant.name"},
		"digits in a name":        {byHand, func(s *Submission) { s.Applicant.Name = "张3" }, "applicant.name"},
		"no phone":                {byHand, func(s *Submission) { s.Contact.Phone = "" }, "contact.phone"},
		"a way that is none":      {byHand, func(s *Submission) { s.Contact.Way = "pigeon" }, "contact.way"},
		"unknown capacity":        {byHand, func(s *Submission) { s.Contact.Capacity = "boss" }, "contact.capacity"},
		"no such township":        {byHand, func(s *Submission) { s.Live.Region = "371426999" }, "live.region"},
		"the whole city":          {byHand, func(s *Submission) { s.Live.Region = "371400" }, "live.region"},
		"address with a bell":     {byHand, func(s *Submission) { s.Live.Detail = "村\x07" }, "live.detail"},
		"unknown fact":            {byHand, func(s *Submission) { s.Household = facta(`"rich":true,`) }, "household.rich"},
		"day of the telephone":    {byHand, func(s *Submission) { s.Household = facta(`"ON":"2020-01-01",`) }, "household.on"},
		"county of its own":       {byHand, func(s *Submission) { s.Household = facta(`"county":"371402",`) }, "household.county"},
		"negative income":         {byHand, func(s *Submission) { s.Household = facta(`"income_12m":-1,`) }, "household.income_12m"},
		"person nobody stated":    {byHand, func(s *Submission) { s.People[0].Ref = "m9" }, "people.ref"},
		"person twice":            {byHand, func(s *Submission) { s.People = append(s.People, s.People[0]) }, "people.ref"},
		"two names for one": {byHand, func(s *Submission) {
			s.People = append(s.People, MemberForm{Ref: "m1", Name: "别人"})
		}, "people"},
		"no such item":            {byHand, func(s *Submission) { s.Items = []string{"XX-99"} }, "items"},
		"item twice":              {byHand, func(s *Submission) { s.Items = []string{"MZ-01", "MZ-01"} }, "items"},
		"story too long":          {byHand, func(s *Submission) { s.Story = strings.Repeat("难", MaxStory+1) }, "story"},
		"card with a wrong digit": {byHand, func(s *Submission) { s.Account = "6217000000000000" }, "account"},
		"consent to anything":     {byHand, func(s *Submission) { s.Consents[0].Purpose = "all" }, "consents"},
		"no means check consent":  {byHand, func(s *Submission) { s.Consents = s.Consents[:1] }, "consents"},
		"no consent":              {spokenNow, func(s *Submission) { s.Consents = nil }, "consents"},
		"no signature":            {byHand, func(s *Submission) { s.Signature = nil }, "signature"},
		"signature of nothing":    {byHand, func(s *Submission) { s.Signature.Document = "" }, "signature"},
		"witnesses at a screen": {byHand, func(s *Submission) {
			s.Signature = &SignatureForm{Document: string(documentDigest), Instead: VoiceWitness, Witness: []string{"王一", "王二"}}
		}, "signature"},
		"one witness": {doorstep, func(s *Submission) {
			s.Signature = &SignatureForm{Document: string(documentDigest), Instead: VoiceWitness, Witness: []string{"王一"}}
		}, "signature"},
		"no oral statement":       {doorstep, func(s *Submission) { s.Papers = s.Papers[:1] }, "papers"},
		"paper never uploaded":    {byHand, func(s *Submission) { s.Papers[0].Digest = strings.Repeat("0", 64) }, "papers"},
		"another's paper":         {byHand, func(s *Submission) { s.Citizen = "c2" }, "papers"},
		"another's paper, typed":  {doorstep, func(s *Submission) { s.Staff = 8 }, "papers"},
		"a signature for a paper": {byHand, func(s *Submission) { s.Papers[0].Digest = string(strokesDigest) }, "papers"},
		"a photo for a statement": {doorstep, func(s *Submission) { s.Papers[1].Digest = testDigest }, "papers"},
		"a statement for a photo": {byHand, func(s *Submission) { s.Papers[0].Digest = string(oralDigest) }, "papers"},
		"strokes never uploaded":  {byHand, func(s *Submission) { s.Signature.Strokes = strings.Repeat("0", 64) }, "signature"},
		"a photo for a signature": {byHand, func(s *Submission) { s.Signature.Strokes = testDigest }, "signature"},
		"a photo as its picture":  {byHand, func(s *Submission) { s.Signature.Picture = testDigest }, "signature"},
		"a text nobody was shown": {byHand, func(s *Submission) { s.Signature.Document = strings.Repeat("0", 64) }, "signature.document"},
		"a photo for the text":    {byHand, func(s *Submission) { s.Signature.Document = testDigest }, "signature.document"},
		"consent to an old text":  {byHand, func(s *Submission) { s.Consents[0].Version = "1999-01" }, "consents"},
		"unknown kind of paper":   {byHand, func(s *Submission) { s.Papers[0].Kind = "selfie" }, "papers"},
		"call without recording":  {spokenNow, func(s *Submission) { s.Call.Pending = false }, "call"},
		"call that was not there": {spokenNow, func(s *Submission) { s.Call = nil }, "call"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.from()
			if _, _, err := testFacts().mean(&s, testNow); err != nil {
				t.Fatalf("unspoilt: %v (%s)", err, core.Known(err).Field)
			}
			s = c.from()
			c.spoil(&s)
			_, _, err := testFacts().mean(&s, testNow)
			if e := core.Known(err); err == nil || e.Kind != core.KindInvalid || e.Field != c.field || e.Say == "" {
				t.Errorf("error %v, field %q, want field %q", err, e.Field, c.field)
			}
		})
	}
}

// A refused ID number says whose it is: a form has several, and who hears the sentence does
// not see where it stands. The number itself is not repeated.
//
// Control: id() without of ("says nothing of whose").
func TestTheRefusedNumberSaysWhose(t *testing.T) {
	t.Parallel()
	const wrong = "371424196303150029"
	for whose, spoil := range map[string]func(*Submission){
		"本人的身份证号":     func(s *Submission) { s.Applicant.IDNumber = wrong },
		"要帮的人的身份证号":   func(s *Submission) { s.Applicant.IDNumber, s.Contact.Capacity = wrong, "member" },
		"说话的人的身份证号":   func(s *Submission) { s.Contact.IDNumber = wrong },
		"第 2 口人的身份证号": func(s *Submission) { s.People[0].IDNumber = wrong },
	} {
		s := byHand()
		spoil(&s)
		_, _, err := testFacts().mean(&s, testNow)
		if say := core.Known(err).Say; !strings.HasPrefix(say, whose) || strings.Contains(say, wrong[6:]) || core.Known(err).Code != "invalid_id_number" {
			t.Errorf("says nothing of whose: %q (%s), want %s", say, core.Known(err).Code, whose)
		}
	}
}

// A refused fact is named in the words of the form, and its answer is not repeated.
// Control: household() without named.
func TestTheRefusedFactIsNamed(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"income_12m":-7301,"members":[{"ref":"m1","age":null}]}`: "一年收入",
		`{"members":[{"ref":"m1","age":7301}]}`:                    "年龄",
		`{"area":"rural","members":[]}`:                            "申请人自己",
	} {
		s := byHand()
		s.People, s.Household = nil, json.RawMessage(doc)
		_, _, err := testFacts().mean(&s, testNow)
		if say := core.Known(err).Say; err == nil || !strings.Contains(say, want) || strings.Contains(say, "7301") {
			t.Errorf("%s is answered with %q", doc, say)
		}
	}
}

func spokenNow() Submission { return spoken("call-001#1") }

func facta(more string) json.RawMessage {
	return json.RawMessage(`{` + more + `"members":[{"ref":"m1","age":null},{"ref":"m2","age":3}]}`)
}

func TestMeanTakesWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := spokenNow()
	s.Household, s.People, s.Applicant.IDNumber, s.Live.Region = nil, nil, "", "371426"
	app, _, err := testFacts().mean(&s, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if len(app.Household.Members) != 1 || app.Household.Members[0].Age != nil || jobs.ScopeRegion(app.Live.Region) != "371426000" {
		t.Errorf("%+v", app.Household)
	}
	s = byHand()
	s.Urgent, s.Consents = true, s.Consents[:1]
	if _, _, err := testFacts().mean(&s, testNow); err != nil {
		t.Errorf("an emergency waits for no authorisation: %v", err)
	}
	s = doorstep()
	s.Signature = &SignatureForm{Document: string(documentDigest), Instead: VoiceWitness, Witness: []string{"王一", "王二"}}
	if _, _, err := testFacts().mean(&s, testNow); err != nil {
		t.Errorf("the recorded way: %v", err)
	}
	s = byHand()
	s.Way = WayUnset
	if _, _, err := testFacts().mean(&s, testNow); err == nil {
		t.Error("a door that forgot its way was let in")
	}
	s = byHand()
	s.Applicant.Name = " 买买提•艾力 "
	if app, _, err = testFacts().mean(&s, testNow); err != nil || app.Applicant.Name != "买买提·艾力" {
		t.Errorf("%q %v", app.Applicant.Name, err)
	}
}

// An age that contradicts the ID number gives way to it, and its source says so.
//
// Control: only an age that is missing is filled ("judged as 28").
func TestTheNumberTellsTheAge(t *testing.T) {
	t.Parallel()
	s := spokenNow()
	s.Household = json.RawMessage(strings.Replace(string(facta("")), `"age":null`, `"age":28`, 1))
	app, _, err := testFacts().mean(&s, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if age := *app.Household.Members[0].Age; age != app.Applicant.ID.Birth().Age(core.DateOf(testNow)) || app.Sources["members/m1/age"].Said != "id_number" {
		t.Errorf("judged as %d, by %+v", age, app.Sources["members/m1/age"])
	}
}

// F2: the same facts by any door are the same bytes but for provenance.
func TestSameFactsByEveryDoor(t *testing.T) {
	t.Parallel()
	var want []byte
	for _, from := range []func() Submission{spokenNow, byHand, doorstep} {
		s := from()
		app, _, err := testFacts().mean(&s, testNow)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(app.Household)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if string(got) != string(want) {
			t.Errorf("%s\n%s", got, want)
		}
	}
}

const goodForm = `{"key":"0192-form-1","contact":{"phone":"13805340001"},"applicant":{"name":"张桂兰"},"live":{"region":"371426104"},"consents":[]}`

func TestDecodeForm(t *testing.T) {
	t.Parallel()
	if _, err := DecodeForm([]byte(goodForm)); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"unknown field":        strings.Replace(goodForm, `"consents"`, `"admin":true,"consents"`, 1),
		"unknown nested field": strings.Replace(goodForm, `"phone"`, `"fax":"1","phone"`, 1),
		"second value":         goodForm + "{}",
		"cut":                  goodForm[:40],
		"wrong type":           strings.Replace(goodForm, `"张桂兰"`, `7`, 1),
		"NUL":                  strings.Replace(goodForm, "张", `\u0000`, 1),
		"broken UTF-8":         strings.Replace(goodForm, "张", "\xff", 1),
	} {
		if _, err := DecodeForm([]byte(raw)); core.KindOf(err) != core.KindInvalid || strings.Contains(err.Error(), "张") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DecodeForm(make([]byte, MaxForm+1)); core.KindOf(err) != core.KindTooLarge {
		t.Errorf("too large: %v", err)
	}
}

func FuzzForm(f *testing.F) {
	f.Add([]byte(goodForm))
	f.Add([]byte(`{"household":{"members":[{"ref":"m1","age":1}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		form, err := DecodeForm(raw)
		if err != nil {
			return
		}
		s := Submission{Channel: "app", Way: WayOwnHand, Form: form}
		app, body, err := testFacts().mean(&s, testNow)
		if err == nil && (app.Applicant.Name == "" || app.Contact.Phone.IsZero() || len(app.Household.Members) == 0 || body == nil) {
			t.Fatalf("accepted %q", raw)
		}
		if err != nil && core.KindOf(err) != core.KindInvalid {
			t.Fatalf("%v", err)
		}
	})
}
