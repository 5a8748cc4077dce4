package intake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lianou/core"
	"lianou/intake/interview"
)

// MaxStory is how much a story may be, in runes.
const MaxStory = interview.MostTold

// Cut is at most n runes of a text: what a form takes of what somebody said.
func Cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// Limits on what one submission may hold. They stop mistakes and hostile input;
// no real household comes near them.
const (
	maxKey      = 200
	maxDetail   = 200 // runes
	maxName     = 40  // runes
	maxPapers   = 20
	maxItems    = 41
	maxConsents = 12
)

// strict is one pass from Submission to core.Application. It keeps the first
// fault and goes on, so that each check reads as one line.
type strict struct {
	known facts
	at    time.Time
	today core.Date
	sub   *Submission
	app   core.Application
	body  []byte // canonical bytes of what was asked
	err   error
}

// facts is what intake has to ask others about: whether a place, an item or an
// uploaded file exists.
type facts struct {
	place func(core.RegionCode) (core.RegionCode, bool) // the code it goes by today
	item  func(core.Date, core.ItemCode) bool

	uploaded func(d core.BlobDigest, class, by string) (bool, error) // a file put as that by that account
	signed   func(core.BlobDigest) bool                              // a text that is put before people to sign
	agreed   func(purpose, version string) bool                      // a text to agree to
}

// mean turns what was heard into what is meant, without its id and receipt, and
// gives the canonical bytes of what was asked. Errors are KindInvalid with the field, or KindUnavailable when a paper could
// not be looked up.
func (f facts) mean(s *Submission, at time.Time) (core.Application, []byte, error) {
	p := strict{known: f, at: at, today: core.DateOf(at), sub: s}
	p.app = core.Application{Channel: s.Channel, Key: s.Key, At: at, Urgent: s.Urgent, Call: s.Call}
	p.name()
	p.contact()
	p.live()
	p.household()
	p.people()
	p.items()
	p.words()
	p.consents()
	p.signature()
	p.papers()
	if p.err == nil {
		p.app.Sources = sources(s, &p.app.Household, at)
		p.body, p.err = content(s, &p.app)
		p.fill() // after content: an age changes with the day, what was said does not
	}
	if p.err == nil {
		p.err = checkWay(s.Way, &p.app)
	}
	return p.app, p.body, p.err
}

func (p *strict) fail(err error) {
	if p.err == nil && err != nil {
		p.err = err
	}
}

func (p *strict) bad(field, say string) { p.fail(core.Invalid(field, say)) }

var (
	keyForm    = regexp.MustCompile(`^[0-9A-Za-z._:@#/=+-]+$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (p *strict) name() {
	if p.sub.Channel == "" {
		p.fail(core.E(core.KindInternal, "channel_unset", ""))
	}
	if len(p.sub.Key) < 8 || len(p.sub.Key) > maxKey || !keyForm.MatchString(p.sub.Key) {
		p.bad("key", "这张表的编号不对,请关掉重新打开再填。")
	}
}

func (p *strict) contact() {
	c := &p.app.Contact
	in := p.sub.Contact
	c.CitizenID, c.Staff = p.sub.Citizen, p.sub.Staff
	p.app.Applicant.Name = p.person("applicant.name", p.sub.Applicant.Name)
	c.Capacity = core.Capacity(in.Capacity)
	if c.Capacity == "" {
		c.Capacity = core.CapacitySelf
	}
	if !slices.Contains(capacities, c.Capacity) {
		p.bad("contact.capacity", "请选您和这家人的关系。")
	}
	of := "本人的"
	if c.Capacity != core.CapacitySelf {
		of = "要帮的人的"
	}
	p.app.Applicant.ID = p.id("applicant.id_number", of, p.sub.Applicant.IDNumber)
	c.Name = p.app.Applicant.Name
	if in.Name != "" {
		c.Name = p.person("contact.name", in.Name)
	}
	c.ID = p.id("contact.id_number", "说话的人的", in.IDNumber)
	phone, err := core.ParsePhone(in.Phone)
	p.fail(at(err, "contact.phone"))
	c.Phone = phone
	if c.Way = core.ChannelName(in.Way); c.Way != "" && !slices.Contains(core.ToldWays(), c.Way) {
		p.bad("contact.way", "请选一种告诉的办法:微信、短信,或者打电话。")
	}
}

var capacities = []core.Capacity{
	core.CapacitySelf, core.CapacityMember, core.CapacityGuardian,
	core.CapacityEntrusted, core.CapacityCommittee, core.CapacityOfficial,
}

// id reads a number; of says whose it is, for a form has many and a screen reader hears the
// sentence without its place.
func (p *strict) id(field, of, s string) core.IDNumber {
	if s == "" {
		return core.IDNumber{}
	}
	id, err := core.ParseID(s, p.today)
	if err != nil {
		e := *core.Known(err)
		e.Field, e.Say = field, of+e.Say
		p.fail(&e)
	}
	return id
}

var dots = strings.NewReplacer("•", "·", "‧", "·", "・", "·", "．", "·")

// person normalises a name: outer spaces off, the several dots that keyboards
// offer for minority names made one.
func (p *strict) person(field, s string) string {
	s, err := Name(s)
	if err != nil {
		p.bad(field, core.Known(err).Say)
	}
	return s
}

// Name is a person's name as an application takes it, for doors that want to say at the
// question itself what does not fit. Errors: KindInvalid.
func Name(s string) (string, error) {
	s = dots.Replace(strings.TrimSpace(s))
	ok := s != "" && utf8.RuneCountInString(s) <= maxName
	for _, r := range s {
		// 〇 is written in names and is a number to Unicode (Nl).
		ok = ok && (unicode.IsLetter(r) || r == '〇' || r == '·' || r == ' ' || r == '\'' || r == '-')
	}
	if !ok {
		return s, core.Invalid("name", "姓名请照身份证上的写。")
	}
	return s, nil
}

func (p *strict) live() {
	region, err := core.ParseRegion(p.sub.Live.Region)
	p.fail(at(err, "live.region"))
	if err == nil {
		known, ok := p.known.place(region)
		if !ok || known == core.DezhouCity {
			p.bad("live.region", "没有这个地方,请从列表里选。")
		}
		region = known
	}
	p.app.Live = core.Place{Region: region, Detail: p.text("live.detail", p.sub.Live.Detail, maxDetail)}
}

// text takes free text: valid UTF-8 without control characters but line ends.
func (p *strict) text(field, s string, most int) string {
	s, err := words(s, most)
	if err != nil {
		p.bad(field, core.Known(err).Say)
	}
	return s
}

func words(s string, most int) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	ok := utf8.ValidString(s) && utf8.RuneCountInString(s) <= most
	for _, r := range s {
		ok = ok && (!unicode.IsControl(r) || r == '\n' || r == '\t')
	}
	if !ok {
		return s, core.Invalid("text", "这段话太长了,或者有认不出的字,请改短一点。")
	}
	return s, nil
}

// Story and Detail are free words as an application takes them. Errors: KindInvalid.
func Story(s string) (string, error) { return words(s, MaxStory) }

// Detail is how to find a house.
func Detail(s string) (string, error) { return words(s, maxDetail) }

func (p *strict) items() {
	if len(p.sub.Items) > maxItems {
		p.bad("items", "事项太多了,不知道选哪项可以不选。")
		return
	}
	for _, code := range p.sub.Items {
		item := core.ItemCode(code)
		if slices.Contains(p.app.Items, item) || !p.known.item(p.today, item) {
			p.bad("items", "没有这个事项,请从列表里选。不知道选哪项可以不选。")
			return
		}
		p.app.Items = append(p.app.Items, item)
	}
}

func (p *strict) words() {
	p.app.Story = p.text("story", p.sub.Story, MaxStory)
	if p.sub.Account != "" {
		account, err := core.ParseBankAccount(p.sub.Account)
		p.fail(at(err, "account"))
		p.app.Account = &account
	}
}

func (p *strict) consents() {
	if len(p.sub.Consents) > maxConsents {
		p.bad("consents", "同意书有一项不对,请重新勾选。")
		return
	}
	for _, c := range p.sub.Consents {
		how := slices.Contains([]string{"signature", "spoken", "thumb", "tick", "typed"}, c.How)
		proof := c.Proof == "" || digestForm.MatchString(c.Proof)
		if !how || !proof || c.AtMS < 0 {
			p.bad("consents", "同意书有一项不对,请重新勾选。")
			return
		}
		if !p.known.agreed(c.Purpose, c.Version) {
			p.bad("consents", "同意书换了新的一版,请重新打开这张表,看过再勾。")
			return
		}
		p.app.Consent = append(p.app.Consent, core.Consent{
			Purpose: c.Purpose, Version: c.Version, How: c.How, At: p.at, Proof: core.BlobDigest(c.Proof), AtMS: c.AtMS,
		})
	}
}

func (p *strict) signature() {
	in := p.sub.Signature
	if in == nil {
		return
	}
	picture := in.Picture == "" || digestForm.MatchString(in.Picture)
	byHand := in.Instead == "" && digestForm.MatchString(in.Strokes) && len(in.Witness) == 0
	spoken := in.Instead == VoiceWitness && in.Strokes == "" && len(in.Witness) == 2
	if !picture || !digestForm.MatchString(in.Document) || (!byHand && !spoken) {
		p.bad("signature", "签名没有收完整,请再签一次。")
		return
	}
	s := &core.Signature{
		Strokes: core.BlobDigest(in.Strokes), Picture: core.BlobDigest(in.Picture),
		Document: core.BlobDigest(in.Document), At: p.at, Instead: in.Instead,
	}
	for _, w := range in.Witness {
		s.Witness = append(s.Witness, p.person("signature.witness", w))
	}
	p.app.Signature = s
}

var paperKinds = []core.PaperKind{core.PaperIDFront, core.PaperIDBack, core.PaperHukou, core.PaperOral, core.PaperRecording, core.PaperOther}

// papers looks every named digest up: what the sender never uploaded as a paper is a
// mistake, and found here while the person is still at the screen.
func (p *strict) papers() {
	if len(p.sub.Papers) > maxPapers {
		p.bad("papers", "照片太多了,最多 20 张。")
	}
	if p.err != nil {
		return
	}
	var gone PapersGone
	for _, in := range p.sub.Papers {
		if !slices.Contains(paperKinds, core.PaperKind(in.Kind)) || !digestForm.MatchString(in.Digest) {
			p.bad("papers", "有一张照片没传好,请重新拍一次。")
			return
		}
		if !p.uploaded(core.BlobDigest(in.Digest), classesOf(core.PaperKind(in.Kind))...) {
			gone.Papers = append(gone.Papers, in)
			continue
		}
		// What kind of file it is the blob itself says, sealed, to who may open it.
		p.app.Papers = append(p.app.Papers, core.Paper{Kind: core.PaperKind(in.Kind), Digest: core.BlobDigest(in.Digest)})
	}
	if len(gone.Papers) > 0 {
		p.fail(gone.refusal())
		return
	}
	p.signedWith()
}

// signedWith holds a signature to what it says it is: strokes that were drawn as a
// signature, under a text that is put before people or was kept as it was shown.
// Whatever else was uploaded is no signature.
func (p *strict) signedWith() {
	s := p.app.Signature
	if s == nil {
		return
	}
	for _, d := range []core.BlobDigest{s.Strokes, s.Picture} {
		if d != "" && !p.uploaded(d, "signature") {
			p.bad("signature", "签名没有收到,请再签一次。")
		}
	}
	if !p.known.signed(s.Document) && !p.uploaded(s.Document, "document") {
		p.bad("signature.document", "签名下面的那段话我们不认识,请重新打开这张表再签。")
	}
}

// classesOf lists what a paper of a kind may have been put as: photos come as papers
// from the public doors and as what they show from the window; sound is sound.
func classesOf(kind core.PaperKind) []string {
	if kind == core.PaperOral || kind == core.PaperRecording {
		return []string{string(kind)}
	}
	return []string{"paper", string(kind)}
}

// uploaded holds a digest to who names it: the digest alone opens nothing, or one
// that was seen in another township would bring that file into a case of one's own.
func (p *strict) uploaded(d core.BlobDigest, classes ...string) bool {
	by := p.sub.Citizen
	if p.sub.Staff != 0 {
		by = Uploader(p.sub.Staff)
	}
	for _, class := range classes {
		ok, err := p.known.uploaded(d, class, by)
		p.fail(err)
		if ok || err != nil {
			return ok
		}
	}
	return false
}

// Uploader is how a member of staff is named as the one who uploads a file.
func Uploader(id core.StaffID) string { return "staff:" + strconv.FormatInt(int64(id), 10) }

// at names the field a parser's error is about; the parser knows only its kind
// of value.
func at(err error, field string) error {
	if err == nil {
		return nil
	}
	e := *core.Known(err)
	e.Field = field
	return &e
}
