package interview

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"lianou/core"
)

// householdOf is a conversation with one of each kind of relative, about somebody of an age,
// led by somebody with a capacity.
func householdOf(iv *Interviewer, capacity core.Capacity, facts map[string]string) *Conversation {
	known := Known{
		Fields:  map[string]string{capacityKey: string(capacity)},
		Facts:   map[string]json.RawMessage{},
		Members: []core.MemberRef{"m1"},
	}
	for i, kin := range []string{
		`"spouse",71,"female"`, `"child",33,"male"`, `"child",8,`, `"parent",,"female"`, `"parent",80,`, `"grandparent",,"female"`, `"grandparent",,`, `"grandchild",9,"female"`, `"other",45,"male"`, `"child",,"female"`,
	} {
		ref := core.MemberRef(fmt.Sprintf("m%d", i+2))
		known.Members = append(known.Members, ref)
		for j, v := range strings.Split(kin, ",") {
			if key := []string{"relation", "age", "sex"}[j]; v != "" {
				known.Facts[memberPath(ref, key)] = json.RawMessage(v)
			}
		}
	}
	for key, v := range facts {
		known.Facts["members/m1/"+key] = json.RawMessage(v)
	}
	return iv.Begin(today(), "371426", known)
}

// sayings are all the sentences in which the course asks a household, by medium.
func sayings(iv *Interviewer, c *Conversation) (list []string) {
	s := iv.form.state(c)
	var everybody []core.MemberRef
	for i := range s.household.Members {
		everybody = append(everybody, s.household.Members[i].Ref)
	}
	say := func(step Step) {
		for _, medium := range []Medium{Screen, Voice, Chat} {
			list = append(list, iv.Words(c, step, medium))
		}
	}
	for i := range iv.form.Questions {
		q := &iv.form.Questions[i]
		if q.Key == StepBegun || len(q.By) > 0 && !s.may(q) && q.Under == 0 {
			continue
		}
		key, member := q.Member()
		if !member {
			say(Step{Ref: q.Key, Question: q})
			continue
		}
		if q.Round != nil {
			say(Step{Ref: roundOf + key, Question: q, About: everybody})
		}
		for _, ref := range everybody {
			if key != "relation" || ref != "m1" {
				say(Step{Ref: memberPath(ref, key), Question: q, Member: ref})
			}
		}
	}
	return list
}

// wrong are the marks of a sentence that was made for somebody else: a member named twice
// or by two words, a place that nobody filled in, words before a name where they do not
// belong.
var wrong = regexp.MustCompile(`[{}]|这个人|您您|他他|她她|您的您|您本人|他的他|您(这一年|儿女|吃饭|是不是)|的的|人的人|[)】](这一年|儿女|吃饭|是不是)|人(这一年|儿女|吃饭|是不是)|家里人的家|,,|父母\(|[a-z_]{3,}|%`)

// Every question of the course is a sentence, whoever speaks, about whomever, on a screen,
// a telephone and in a chat; and who speaks for another is not asked about themself.
//
// Control: AskOf that puts the name before Ask; one that is always 您.
func TestEveryQuestionIsASentence(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	var whole strings.Builder
	for _, x := range []struct {
		capacity core.Capacity
		facts    map[string]string
		one      string
	}{
		{core.CapacitySelf, map[string]string{"age": "59", "sex": `"female"`}, "您"},
		{core.CapacityMember, map[string]string{"age": "81", "sex": `"female"`}, "她"},
		{core.CapacityMember, nil, "要帮的人"},
		{core.CapacityGuardian, map[string]string{"age": "8", "sex": `"male"`}, "孩子"},
		{core.CapacityGuardian, map[string]string{"age": "30", "sex": `"male"`}, "他"},
		{core.CapacityEntrusted, map[string]string{"age": "70", "sex": `"male"`}, "他"},
		{core.CapacityEntrusted, nil, "要帮的人"},
		{core.CapacityCommittee, map[string]string{"age": "70", "sex": `"female"`}, "她"},
		{core.CapacityOfficial, nil, "要帮的人"},
	} {
		c := householdOf(iv, x.capacity, x.facts)
		if one := iv.Person(c); one != x.one {
			t.Errorf("%s %v: called %s", x.capacity, x.facts, one)
		}
		whole.WriteString("== " + string(x.capacity) + " " + x.one + "\n")
		for _, words := range sayings(iv, c) {
			whole.WriteString(strings.ReplaceAll(words, "\n", " / ") + "\n")
			if bad := wrong.FindString(words); bad != "" {
				t.Errorf("%s: %q in %q", x.capacity, bad, words)
			}
			if !strings.ContainsAny(words, "?。") {
				t.Errorf("%s: %q is no sentence", x.capacity, words)
			}
			if x.one != you && strings.Contains(words, you) && !toSpeaker(words) {
				t.Errorf("%s of %s: %q asks about who speaks", x.capacity, x.one, words)
			}
			if x.one == you && strings.Contains(words, "要帮的人") {
				t.Errorf("%s: %q", x.capacity, words)
			}
		}
	}
	if to := os.Getenv("LIANOU_SENTENCES"); to != "" { // to be read by a person
		if err := os.WriteFile(to, []byte(whole.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// toSpeaker are the sentences that mean who speaks, for whomever they do.
func toSpeaker(words string) bool {
	for _, known := range []string{"您是替谁报的", "您自己怎么称呼", "打哪个电话能找到您", "您也住一起", "您是孩子的什么人"} {
		if strings.Contains(words, known) {
			return true
		}
	}
	return false
}

// The reasons and hints under a question are for whoever speaks.
//
// Control: "确认是您本人" under the number of somebody else.
func TestReasonsSuitWhoeverSpeaks(t *testing.T) {
	t.Parallel()
	for _, q := range interviewer(t).form.Questions {
		for _, words := range []string{q.Why, q.Help} {
			if strings.Contains(words, "您本人") || strings.Contains(words, "来看您") || strings.ContainsAny(words, "{}") {
				t.Errorf("%s: %q", q.Key, words)
			}
		}
	}
}
