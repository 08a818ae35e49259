package audit

import "iter"

// gramLength is the length of the character n-grams whose Jaccard similarity defines near duplicates.
const gramLength = 5

// Cleaned text has an alphabet of 37 characters: the blank, the digits, the letters. So each n-gram has a code below gramCodes.
const (
	alphabet  = 37
	gramCodes = alphabet * alphabet * alphabet * alphabet * alphabet
)

// grammar finds the distinct grams of texts, one text at a time. It is for one goroutine.
type grammar struct {
	seen  []uint64 // a bit for each gram code
	codes []uint32
}

func newGrammar() *grammar { return &grammar{seen: make([]uint64, (gramCodes+63)/64)} }

// of returns the codes of the distinct grams of a cleaned text, in the order of their first occurrence. The next call overwrites them.
func (g *grammar) of(clean string) []uint32 {
	for _, code := range g.codes {
		g.seen[code/64] &^= 1 << (code % 64)
	}
	g.codes = g.codes[:0]
	for code := range grams(clean) {
		if bit := uint64(1) << (code % 64); g.seen[code/64]&bit == 0 {
			g.seen[code/64] |= bit
			g.codes = append(g.codes, code)
		}
	}
	return g.codes
}

// grams yields the code of every gram of a cleaned text, repeated ones too.
func grams(clean string) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		code := uint32(0)
		for i := range len(clean) {
			code = code%(gramCodes/alphabet)*alphabet + letter(clean[i])
			if i >= gramLength-1 && !yield(code) {
				return
			}
		}
	}
}

// gramSet is a hash set of the grams of one text, small enough to stay in the processor's cache while others are compared with it.
type gramSet struct {
	size  int
	slots []uint32 // codes plus one, hashed and probed linearly; 0 is free
	last  []uint32 // by slot: the latest comparison that found it
	round uint32
}

func newGramSet(codes []uint32) *gramSet {
	room := 16
	for room < 2*len(codes) {
		room *= 2
	}
	s := &gramSet{size: len(codes), slots: make([]uint32, room), last: make([]uint32, room)}
	for _, code := range codes {
		s.slots[s.slot(code)] = code + 1
	}
	return s
}

// slot returns the slot of a code, or the free slot for it.
func (s *gramSet) slot(code uint32) int {
	mask := len(s.slots) - 1
	at := int(code*0x9e3779b1>>8) & mask
	for s.slots[at] != 0 && s.slots[at] != code+1 {
		at = (at + 1) & mask
	}
	return at
}

// jaccard returns the Jaccard similarity with a cleaned text that has so many distinct grams.
func (s *gramSet) jaccard(clean string, distinct int) float64 {
	s.round++
	common := 0
	for code := range grams(clean) {
		if at := s.slot(code); s.slots[at] != 0 && s.last[at] != s.round {
			s.last[at] = s.round
			common++
		}
	}
	return float64(common) / float64(s.size+distinct-common)
}

// letter returns the place of a character in the alphabet.
func letter(c byte) uint32 {
	switch {
	case c == ' ':
		return 0
	case c <= '9':
		return uint32(c-'0') + 1
	default:
		return uint32(c-'a') + 11
	}
}

// The sketch of a text holds sketchSize values, of which two texts share each with a probability that is their Jaccard similarity.
// Texts are compared where all bandRows values of one of the bands agree. At a similarity of 0.8 the chance that none of the bands
// agrees is (1 - 0.8^10)^128 = 5e-7; at 0.3, where unrelated notes of one kind lie, the chance that one agrees is 8e-4.
const (
	bands      = 128
	bandRows   = 10
	sketchSize = bands * bandRows
)

// sketcher makes sketches by Fast Similarity Sketching (Dahlgaard, Knudsen and Thorup 2017), a MinHash that hashes a text's grams a
// few times rather than once for each of the values: in round i every gram falls into one bin, and a bin keeps the least value of the
// first round that reached it. Rounds after sketchSize fill what is still empty, one bin each. It is for one goroutine.
type sketcher struct {
	values [sketchSize]uint32
	round  [sketchSize]int32 // the round that filled the bin, -1 for none
}

// of returns the sketch of a text with at least one gram. The next call overwrites it.
func (s *sketcher) of(grams []uint32) *[sketchSize]uint32 {
	for i := range s.round {
		s.round[i] = -1
	}
	empty := sketchSize
	for round := int32(0); empty > 0; round++ {
		for _, gram := range grams {
			h := mix(uint64(round)<<32 | uint64(gram))
			bin := int32(h >> 32 * sketchSize >> 32)
			if round >= sketchSize {
				bin = round - sketchSize
			}
			value := uint32(h)
			switch {
			case s.round[bin] < 0:
				empty--
			case s.round[bin] < round || s.values[bin] <= value:
				continue
			}
			s.round[bin], s.values[bin] = round, value
		}
	}
	return &s.values
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
