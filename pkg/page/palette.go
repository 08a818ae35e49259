package page

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"math"
	"slices"
)

// The colours of series: Okabe and Ito's palette (2008), which people with any common colour blindness can tell apart. Its yellow is left
// out, which is too pale on white.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x00, 0x00, 0x00, 0xff},
}

var (
	ink     = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	muted   = color.NRGBA{0x59, 0x59, 0x59, 0xff}
	gridInk = color.NRGBA{0xe3, 0xe3, 0xe3, 0xff}
	noData  = color.NRGBA{0xd0, 0xd0, 0xd0, 0xff}
	white   = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// ramp is the colours of a heat map from its lowest value to its highest, in even steps: one hue, ever darker, so it also
// reads in grey.
var ramp = []color.NRGBA{
	{0xf7, 0xfb, 0xff, 0xff},
	{0xd3, 0xe5, 0xf2, 0xff},
	{0x9c, 0xc8, 0xe3, 0xff},
	{0x53, 0x9e, 0xca, 0xff},
	{0x16, 0x6c, 0xab, 0xff},
	{0x08, 0x30, 0x6b, 0xff},
}

// shades is how many colours of the ramp a picture tells apart.
const shades = 64

// shade returns the ramp's colour at t, from 0 to 1.
func shade(t float64) color.NRGBA {
	t = math.Round(math.Max(0, math.Min(1, t))*(shades-1)) / (shades - 1) * float64(len(ramp)-1)
	i := min(int(t), len(ramp)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (t-float64(i))*(float64(b)-float64(a)))) }
	a, b := ramp[i], ramp[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// css writes a colour as plotly.js and style sheets read it.
func css(c color.NRGBA) string {
	if c.A == 0xff {
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	return fmt.Sprintf("rgba(%d,%d,%d,%.2f)", c.R, c.G, c.B, float64(c.A)/0xff)
}

func pale(c color.NRGBA) color.NRGBA {
	c.A = 0x66
	return c
}

// paletted reduces an image to 256 colours, the given ones and then its most frequent. A picture has few colours but for the edges of its
// letters, so this cannot be seen, and it makes the file several times smaller.
func paletted(source image.Image, keep []color.NRGBA) *image.Paletted {
	size := source.Bounds().Size()
	img := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(img, img.Bounds(), source, source.Bounds().Min, draw.Src)
	counts := map[uint32]int{}
	for y := range size.Y {
		for x := range size.X {
			counts[pixel(img, x, y)]++
		}
	}
	for _, c := range keep {
		counts[pack32(c.R, c.G, c.B)] = size.X * size.Y
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b uint32) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	kept := make(color.Palette, min(len(colours), 256))
	for i := range kept {
		kept[i] = unpack32(colours[i])
	}
	index := make(map[uint32]uint8, len(colours))
	for i, c := range colours {
		if i < len(kept) {
			index[c] = uint8(i)
		} else {
			index[c] = uint8(kept.Index(unpack32(c)))
		}
	}
	out := image.NewPaletted(image.Rectangle{Max: size}, kept)
	for y := range size.Y {
		for x := range size.X {
			out.Pix[y*out.Stride+x] = index[pixel(img, x, y)]
		}
	}
	return out
}

// pixel returns a colour of an image without transparency as one number.
func pixel(img *image.RGBA, x, y int) uint32 {
	p := img.Pix[y*img.Stride+4*x:]
	return pack32(p[0], p[1], p[2])
}

func pack32(r, g, b uint8) uint32 { return uint32(r)<<16 | uint32(g)<<8 | uint32(b) }

func unpack32(c uint32) color.NRGBA {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff}
}
