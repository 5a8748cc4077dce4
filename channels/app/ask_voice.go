package app

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/interview"
)

// mostSaid bounds what stands in the box of an answer that was said, in characters.
const mostSaid = 2000

// voicePost takes a recording of the interview's page. Its script reads the answer as the
// API's clients do; the session is the page's.
func (c *Channel) voicePost() channels.Endpoint {
	return channels.Endpoint{Method: "POST", Path: "/ask/voice", MaxBody: channels.MaxVoice + 4<<10, Serve: c.sameOrigin(func(w http.ResponseWriter, r *http.Request) {
		who, err := c.visitor(w, r, false)
		var got channels.VoiceTaken
		if err == nil {
			got, err = c.door.TakeVoice(r, who)
		}
		if err != nil {
			channels.WriteProblem(w, r, err)
			return
		}
		channels.WriteJSON(w, http.StatusAccepted, got)
	})}
}

// voiceGet tells the page's script what was heard.
func (c *Channel) voiceGet(w http.ResponseWriter, r *http.Request) {
	who, err := c.visitor(w, r, false)
	var got channels.VoiceAnswer
	if err == nil {
		got, err = c.door.Voice(r, who)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	channels.WriteJSON(w, http.StatusOK, got)
}

// said takes the words that a person saw and sent for the answer, whatever the question
// looks like.
func (c *Channel) said(t *channels.Talking, step interview.Step, words string) (interview.Answer, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return interview.Answer{}, core.Invalid(step.Ref, "还没说。点一下开始说,或者打字。")
	}
	if err := fits(step.Ref, words); err != nil {
		return interview.Answer{}, err
	}
	return c.door.Listen(t, step, words)
}

// fits refuses words that are too many, saying by how many: none of them is dropped unseen.
func fits(field, words string) error {
	n := utf8.RuneCountInString(strings.TrimSpace(words))
	if n <= mostSaid {
		return nil
	}
	return core.Invalid(field, fmt.Sprintf("写多了 %d 字,最多 %d 字。删短一点再送,写的都还在。", n-mostSaid, mostSaid))
}
