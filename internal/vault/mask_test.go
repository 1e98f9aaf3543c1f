package vault

import (
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMasksHideWhatTheTableSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		mask     func(string) string
		in, want string
	}{
		{"name of one", MaskName, "张", "*"},
		{"name of two", MaskName, "张三", "张*"},
		{"name of three", MaskName, "张小三", "张*三"},
		{"name of four", MaskName, "张王小三", "张*三"},
		{"compound surname, one given", MaskName, "欧阳锋", "欧阳*"},
		{"compound surname, two given", MaskName, "欧阳小锋", "欧阳*锋"},
		{"compound surname alone is a name", MaskName, "欧阳", "欧*"},
		{"middle dot", MaskName, "阿依古丽·买买提", "阿*·买*"},
		{"bullet", MaskName, "阿依古丽•买买提", "阿*·买*"},
		{"spaces", MaskName, "张 三", "张*"},
		{"Latin", MaskName, "John Smith", "J*"},
		{"rare character", MaskName, "张𠀾三", "张*三"},
		{"no name", MaskName, "", ""},
		{"mobile", MaskPhone, "13800001234", "138****1234"},
		{"mobile with prefix", MaskPhone, "+86 138-0000-1234", "138****1234"},
		{"landline", MaskPhone, "0355-2123456", "0355****456"},
		{"landline of eight", MaskPhone, "010-62345678", "0106****678"},
		{"service number", MaskPhone, "12345", "12345"},
		{"mistyped phone", MaskPhone, "1380000123", "****23"},
		{"short phone", MaskPhone, "8801", "****"},
		{"no phone", MaskPhone, "", ""},
		{"id inside", MaskCitizenID, "11010519491231002x", "110105********002X"},
		{"id of 15", MaskCitizenID, "110105491231002", "110105*****1002"},
		{"id outside", MaskCitizenIDOutside, "11010519491231002X", "1101**************"},
		{"mistyped id", MaskCitizenID, "1101051949", "****"},
		{"foreign passport", MaskCitizenID, "E12345678", "****"},
		{"no id", MaskCitizenID, "", ""},
		{"bank card", MaskBankAccount, "6222 0000 0000 1234", "****1234"},
		{"mistyped bank card", MaskBankAccount, "1234", "****"},
		{"no bank card", MaskBankAccount, "", ""},
		{"address with town", MaskAddress, "山西省长治市襄垣县古韩镇东关村12号", "山西省长治市襄垣县古韩镇***"},
		{"乡 in the county's name", MaskAddress, "长治市武乡县大有乡峪口村", "长治市武乡县大有乡***"},
		{"street office", MaskAddress, "潞州区英雄南路街道办事处府后小区3号楼", "潞州区英雄南路街道办事处***"},
		{"street", MaskAddress, "潞州区东街街道12号", "潞州区东街街道***"},
		{"county only", MaskAddress, "长治市潞州区府后小区3号楼", "长治市潞州区***"},
		{"city only", MaskAddress, "长治市解放路12号", "长治市***"},
		{"town only", MaskAddress, "大有乡峪口村5组", "大有乡***"},
		{"nothing known", MaskAddress, "府后小区3号楼", "***"},
		{"ends at the town", MaskAddress, "襄垣县古韩镇", "襄垣县古韩镇"},
		{"no address", MaskAddress, " ", ""},
	} {
		if got := c.mask(c.in); got != c.want {
			t.Errorf("%s: %q masked as %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestPseudonymsAreManyDifferentWordsOfTwoCharacters(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, word := range strings.Fields(pseudonyms) {
		if utf8.RuneCountInString(word) != 2 {
			t.Errorf("%q has not two characters", word)
		}
		if seen[word] {
			t.Errorf("%q is there twice", word)
		}
		seen[word] = true
	}
	if !big.NewInt(int64(len(seen))).ProbablyPrime(0) {
		t.Errorf("%d words: the number must be prime", len(seen))
	}
}

func TestPseudonymIsStableAndOfTheTicket(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	if first, again := v.Pseudonym(7, 0), v.Pseudonym(7, 0); first != again {
		t.Error("the pseudonym changes")
	}
	words := len(strings.Fields(pseudonyms))
	inTicket, ofTickets := map[string]bool{}, map[string]bool{}
	for i := range words {
		inTicket[v.Pseudonym(7, i)] = true
		ofTickets[v.Pseudonym(int64(i), 0)] = true
	}
	if len(inTicket) != words {
		t.Errorf("%d complainants of one ticket share %d words", words, len(inTicket))
	}
	if len(ofTickets) < words/2 {
		t.Errorf("%d tickets use only %d words", words, len(ofTickets))
	}
}
