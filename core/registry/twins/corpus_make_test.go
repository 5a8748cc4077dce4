package twins_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/names"
)

// said is one record of the corpus as its file has it.
type said struct {
	name, number, birth, sex, phone, village string
	home                                     int
}

// pair is one labelled pair: whether the two are one person is known, because a rule
// made them so.
type pair struct {
	class string
	same  bool
	a, b  said
}

// maker makes pairs by the rules below.
type maker struct {
	r      *rand.Rand
	table  *names.Table
	sounds map[string][]rune
	home   int
}

func newMaker(seed uint64) *maker {
	m := &maker{r: rand.New(rand.NewPCG(seed, 5)), table: names.New(), sounds: map[string][]rune{}}
	for _, c := range nameChars {
		s := m.table.Reading("〇" + string(c)) // as a given name, not as a surname
		m.sounds[s] = append(m.sounds[s], c)
	}
	return m
}

const (
	surnames  = "王李张刘陈杨赵孙周徐马朱胡郭何高林郑梁谢宋唐许韩冯邓曹田董潘袁蔡于杜叶程魏吕任卢姜崔孟石贾付邹秦邱尹苏翟单曾解"
	nameChars = "桂贵兰岚蓝秀英莹瑛盈玉钰育裕凤奉素珍真贞梅美云芸淑舒芬芳爱艾华桦骅春荣蓉容月悦跃金锦津花翠芝之志智治建健剑国果军君俊钧强德福富甫振震山珊长常河和合荷宝保田守义艺毅立丽力利卫伟维炜玮薇东冬学雪文闻庆清青庆永勇泳昌畅广光林琳霖兴星占峰锋丰祥翔海涛焘刚钢磊蕾鹏杰洁晓小笑新欣馨心斌彬宾宇雨羽语浩昊皓然冉子紫梓轩萱宣涵晗寒诗思佳嘉家怡仪宜依一以诺晨辰臣阳洋扬明鸣铭泽则奕逸亦睿锐瑞"
	// Each is a character and how another register writes it.
	twoForms = "国國兰蘭华華庆慶凤鳳爱愛云雲荣榮伟偉丽麗兴興张張刘劉陈陳杨楊赵趙孙孫马馬东東学學义義宝寶长長贵貴贞貞锋鋒钢鋼杰傑军軍刚剛丰豐广廣"
	variants = "哲喆富冨珍珎高髙峰峯升昇坤堃秘祕凌淩真眞恒恆群羣泉洤映暎强強晖暉德徳游遊涌湧"
)

func (m *maker) pick(list string) rune {
	chars := []rune(list)
	return chars[m.r.IntN(len(chars))]
}

// name is an invented one of two or three characters, two times in three of three.
func (m *maker) name() string {
	if m.r.IntN(3) == 0 {
		return string(m.pick(surnames)) + string(m.pick(nameChars))
	}
	return string(m.pick(surnames)) + string(m.pick(nameChars)) + string(m.pick(nameChars))
}

// minority is a name of two parts.
func (m *maker) minority() (string, string) {
	first := []string{"阿卜杜拉", "买买提", "古丽娜尔", "艾合买提", "热依汗", "吐尔逊", "玛依拉", "努尔兰", "阿依古丽", "木拉提"}
	return first[m.r.IntN(len(first))], first[m.r.IntN(len(first))]
}

// person is an invented record: everything known, of a household of its own.
func (m *maker) person(name string) said {
	m.home++
	birth := core.NewDate(1935+m.r.IntN(88), 1, 1) + core.Date(m.r.IntN(365))
	s := said{name: name, sex: "female", village: fmt.Sprintf("37142%d%d%02d%d%02d", 2+m.r.IntN(6), 1, m.r.IntN(12), 2, m.r.IntN(60)), home: m.home}
	if m.r.IntN(2) == 0 {
		s.sex = "male"
	}
	s.phone = fmt.Sprintf("138534%05d", m.r.IntN(100000))
	s.birth = birth.String()
	s.number = m.number(s, s.village[:6], m.r.IntN(480))
	return s
}

// number makes a number in order: place, birth, sequence (twice it, odd for men).
func (m *maker) number(s said, place string, half int) string {
	seq := half * 2
	if s.sex == "male" {
		seq++
	}
	first := fmt.Sprintf("%s%s%03d", place, strings.ReplaceAll(s.birth, "-", ""), seq)
	return first + string(core.IDCheckDigit(first))
}

// elsewhere gives another household, village and telephone.
func (m *maker) elsewhere(s said) said {
	other := m.person("")
	s.home, s.village, s.phone = other.home, other.village, other.phone
	return s
}

// swapOne replaces one given-name character that has another form in the list.
func (m *maker) swapOne(list string) (string, string) {
	forms := []rune(list)
	i := m.r.IntN(len(forms)/2) * 2
	surname, rest := string(m.pick(surnames)), string(m.pick(nameChars))
	if m.r.IntN(2) == 0 {
		return surname + string(forms[i]) + rest, surname + string(forms[i+1]) + rest
	}
	return surname + rest + string(forms[i]), surname + rest + string(forms[i+1])
}

// homophones is a name written twice by ear.
func (m *maker) homophones() (string, string) {
	for {
		name := []rune(m.name())
		i := 1 + m.r.IntN(len(name)-1)
		set := m.sounds[m.table.Reading("〇"+string(name[i]))]
		if len(set) < 2 {
			continue
		}
		other := append([]rune{}, name...)
		other[i] = set[m.r.IntN(len(set))]
		if other[i] != name[i] {
			return string(name), string(other)
		}
	}
}

func day(s string) core.Date {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return core.NewDate(t.Date())
}
