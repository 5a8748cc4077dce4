package wechat

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-resty/resty/v2"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/idcard"
	"lianou/core/jobs"
	"lianou/intake"
	"lianou/intake/talks"
)

// maxText is the longest text of a customer-service message, in bytes.
const maxText = 2048

// sayAll sends what is to be said to somebody, in order, unless another turn is at it: that
// one says this as well. What WeChat cannot take now is left for the next try.
func (c *Channel) sayAll(ctx context.Context, who string) (err error) {
	var list []talks.Reply
	defer func() {
		if err != nil && !jobs.Snoozed(err) { // one that waits for WeChat was given back with that
			c.letGo(ctx, who, list)
		}
	}()
	for {
		list, err = c.env.Talks.Speak(ctx, who)
		if err != nil || len(list) == 0 {
			return err
		}
		openid, err := c.env.Citizens.Openid(ctx, who)
		if core.KindOf(err) == core.KindNotFound { // no WeChat, or none any more: there is nobody to say it to
			if err := c.unsaid(ctx, who, list); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		for _, r := range list {
			result := talks.Late
			if c.env.Now().Sub(r.Made) < within {
				result, err = c.sayOne(ctx, openid, r.Words)
			}
			if noted := c.env.Talks.Sent(ctx, who, r.ID, result); noted != nil {
				return noted
			}
			switch result { // the rest keeps its order
			case talks.Again:
				c.env.Log.InfoContext(ctx, "a reply waits for WeChat", "tries", r.Tries+1, "error", err)
				return jobs.Snooze(pause(r.Tries))
			case talks.Full:
				return nil
			}
		}
	}
}

// pause is how long after a try in vain, the first of which is 0, a reply is tried again.
// Somebody sits before it: five times in the first minute, where a job that failed would come
// after 1, 16 and 81 seconds; and hourly until the 48 hours are nearly over.
func pause(tries int) time.Duration {
	return min(time.Second<<min(tries, 12), time.Hour)
}

// givingBack is how long a turn that fails takes to let go of what it was to say.
const givingBack = 5 * time.Second

// letGo gives back what a turn that fails had taken to say: what holds it would let the next
// try find nothing and end, and the person wait for their own next word.
func (c *Channel) letGo(ctx context.Context, who string, list []talks.Reply) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), givingBack)
	defer cancel()
	if err := c.env.Talks.GiveBack(ctx, who, list); err != nil {
		c.env.Log.WarnContext(ctx, "replies not given back", "error", err)
	}
}

// later puts a second try off while what it was to say is held: by another turn, or by the
// first, which could not let go.
func (c *Channel) later(ctx context.Context, who string) error {
	wait, err := c.env.Talks.Held(ctx, who)
	if err != nil || wait == 0 {
		return err
	}
	return jobs.Snooze(wait + time.Second)
}

// unsaid ends words that no WeChat can take, as refused ones, where they are counted.
func (c *Channel) unsaid(ctx context.Context, who string, list []talks.Reply) error {
	for _, r := range list {
		if err := c.env.Talks.Sent(ctx, who, r.ID, talks.Refused); err != nil {
			return err
		}
	}
	c.env.Log.InfoContext(ctx, "words to an account without WeChat", "count", len(list))
	return nil
}

// sayOne sends one text and tells what became of it (F23): "" is to be tried again.
func (c *Channel) sayOne(ctx context.Context, openid, words string) (string, error) {
	var out errcode
	err := c.post(ctx, "/cgi-bin/message/custom/send", map[string]any{
		"touser": openid, "msgtype": "text", "text": map[string]string{"content": words},
	}, &out)
	if err != nil {
		return talks.Again, err
	}
	switch int(out.Code) {
	case 0:
		return talks.Sent, nil
	case 45047:
		return talks.Full, nil // five unanswered: the person's next word makes room, and says this
	case -1, 45009, 40001, 42001, 40014:
		return talks.Again, errAway // busy, quota, or a token that died twice
	case 45015:
		return talks.Late, nil
	}
	c.env.Log.WarnContext(ctx, "a reply was not delivered", "code", int(out.Code))
	return talks.Refused, nil
}

// pieces cuts a text into messages that WeChat takes, at the ends of lines.
func pieces(text string) (out []string) {
	var b strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		if b.Len()+len(line) > maxText && b.Len() > 0 {
			out = append(out, strings.TrimRight(b.String(), "\n"))
			b.Reset()
		}
		b.WriteString(clipBytes(line, maxText))
	}
	return append(out, strings.TrimRight(b.String(), "\n"))
}

// clipBytes bounds one line, which nobody writes so long.
func clipBytes(line string, most int) string {
	for len(line) > most {
		_, size := utf8.DecodeLastRuneInString(line)
		line = line[:len(line)-size]
	}
	return line
}

// mostCards is how many photos of a card are taken: its two sides.
const mostCards = 2

// shot is a photo that was kept, or why it was not.
type shot struct {
	paper intake.PaperForm
	card  idcard.Card
	sorry string // to the person
}

// photo keeps a picture that somebody sent for their ID card, and takes from it what can
// be read, for the summary to show (F27).
func (t *turning) photo(ctx context.Context, media string) error {
	if len(t.st.Cards) >= mostCards {
		t.out.ask("照片收够了。", t.c.chat.ask(t.st, t.m))
		return nil
	}
	got, err := t.keepPhoto(ctx, media)
	if err != nil {
		return err
	}
	if got.sorry != "" {
		t.out.say(got.sorry)
		return nil
	}
	twice := len(t.st.Cards) == 1 && t.st.Cards[0].Kind == got.paper.Kind
	if twice {
		t.st.Cards = nil // the newer one stands, and there is room for the other side
	}
	t.st.Cards = append(t.st.Cards, got.paper)
	t.st.begin()
	defer t.st.end()
	say := t.readCard(got.card)
	if twice {
		other := map[string]idcard.Side{string(core.PaperIDFront): idcard.Back, string(core.PaperIDBack): idcard.Front}[got.paper.Kind]
		say = "照片收到了,用新的这张。" + got.card.Note(other, core.IDNumber{}, t.st.Talk.On)
	}
	t.out.ask(say, t.c.chat.ask(t.st, t.m))
	return nil
}

// keepPhoto fetches, reads and keeps a photo.
func (t *turning) keepPhoto(ctx context.Context, media string) (shot, error) {
	c := t.c
	data, err := c.media(ctx, media, channels.MaxPhoto)
	if core.KindOf(err) == core.KindInvalid || core.KindOf(err) == core.KindTooLarge {
		return shot{sorry: "这张照片打不开。请重拍一张再发,或者直接打字告诉我姓名和身份证号。"}, nil
	}
	if err != nil {
		return shot{}, err
	}
	var got idcard.Card
	if len(t.st.Cards) < mostCards { // who sends more sends other papers
		got, err = c.door.ReadCard(ctx, t.citizen, c.cards, data)
	}
	if err != nil && core.KindOf(err) != core.KindInvalid {
		c.env.Log.InfoContext(ctx, "card not read", "error", err)
	}
	side := t.side(got)
	info, err := c.door.Keep(ctx, citizen.Citizen{ID: t.citizen}, string(side), data)
	if k := core.KindOf(err); k == core.KindInvalid || k == core.KindTooLarge || k == core.KindTooMany {
		return shot{sorry: core.Known(err).Say}, nil
	}
	return shot{paper: intake.PaperForm{Kind: string(side), Digest: string(info.Digest)}, card: got}, err
}

// side is what a photo is kept as: what it shows, and where that could not be told, the
// side that is not there yet.
func (t *turning) side(got idcard.Card) core.PaperKind {
	switch {
	case got.Side == idcard.Front:
		return core.PaperIDFront
	case got.Side == idcard.Back || len(t.st.Cards) == 1 && t.st.Cards[0].Kind == string(core.PaperIDFront):
		return core.PaperIDBack
	}
	return core.PaperIDFront
}

// readCard takes what stands on the card where nothing is known yet, and says what it was.
// Another number than the person gave is said and changes nothing.
func (t *turning) readCard(got idcard.Card) string {
	switch {
	case got.Empty():
		return "照片收到了,没读出字来。姓名和身份证号请打字告诉我。"
	case got.Side == idcard.Back:
		return "国徽面收到了。" + got.Note(idcard.Back, core.IDNumber{}, t.st.Talk.On)
	}
	if note := got.Note(idcard.Front, t.c.chat.in.Stated(&t.st.Talking), t.st.Talk.On); note != "" {
		return "照片收到了。" + note
	}
	fields := t.c.chat.iv.Fields(t.st.Talk)
	from := t.from
	from.Said = channels.FromCard
	for key, value := range map[string]string{"form/applicant.name": got.Name, "form/applicant.id_number": got.ID.Reveal()} {
		if value != "" && fields[key] == "" {
			t.st.Know(key, value, from)
		}
	}
	tail := ""
	if !got.ID.IsZero() {
		tail = ",身份证尾号 " + got.ID.Last4()
	}
	return "照片收到了。读出来是:" + got.Name + tail + "。不对就打字告诉我。"
}

// media fetches a file that WeChat holds for us, with the token and not by its address.
func (c *Channel) media(ctx context.Context, id string, most int) (data []byte, err error) {
	var out errcode
	err = c.authorised(ctx, &out, func(token string) ([]byte, error) {
		resp, err := c.http.R().SetContext(ctx).SetQueryParam("access_token", token).SetQueryParam("media_id", id).SetResponseBodyLimit(most).Get(officialBase + "/cgi-bin/media/get")
		switch {
		case errors.Is(err, resty.ErrResponseBodyTooLarge):
			return nil, core.E(core.KindTooLarge, "wechat_media", "")
		case err != nil:
			return nil, unsent(err)
		}
		body := resp.Body()
		if resp.StatusCode() == http.StatusOK && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
			data = body
			return []byte("{}"), nil
		}
		return body, nil
	})
	switch {
	case err != nil || len(data) > 0:
		return data, err
	case out.Code == -1 || out.Code == 45009:
		return nil, errAway // busy, or the day's quota
	}
	return nil, core.E(core.KindInvalid, "wechat_media", "") // no such file, or a link in place of one
}
