package interview

import "testing"

// Who only greets or names an item has told nothing yet.
//
// Control: OnlyOpens that is never so; that counts what is left of no words at all.
func TestOnlyOpens(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"俺想问问低保": true, "你好": true, "您好,在吗?": true, "给俺娘问问低保": true, "想申请临时救助,怎么办": true, "咋办低保啊": true, "俺想办个残疾补贴": true,
		"家里没钱看病了怎么办": false, "老伴瘫了": false, "饿了两天": false, "低保被停了": false, "俺老伴得了癌,想问问低保": false, "没钱": false, "孙子8": false, "揭不开锅": false,
	} {
		if got := OnlyOpens(said); got != want {
			t.Errorf("%q only opens: %v, want %v", said, got, want)
		}
	}
}

// Who does not know what to call their difficulty has answered, in so many words; who
// tells of something and does not know the rest has told it.
//
// Control: Hear that keeps "不清楚" as the story.
func TestStoryNotKnown(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for said, want := range map[string]string{"不清楚": "", "说不好。": "", "老伴病了,啥病不清楚": `"老伴病了,啥病不清楚"`} {
		c := iv.Begin(today(), "371426", Known{})
		a, err := iv.Hear(c, Step{Ref: "form/story", Question: iv.form.question("form/story")}, said)
		if err != nil || string(a.Value) != want {
			t.Errorf("%q: %q, %v", said, a.Value, err)
		}
	}
}
