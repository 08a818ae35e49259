package erroranalysis

// PatternKey is the key of a [Pattern], as it stands in JSON.
type PatternKey string

// The patterns, in the study's order; see [Length], [Similarity], [Imbalance] and [Kinds].
const (
	LengthPattern     PatternKey = "length"
	SimilarityPattern PatternKey = "similar_specialties"
	ImbalancePattern  PatternKey = "imbalance"
	KindsPattern      PatternKey = "document_types"
)

// FindingKey is the key of a [Finding] among those of its pattern, as it stands in JSON.
type FindingKey string

// The findings of the length pattern.
const (
	// CharactersFinding is the mean length of the misread over that of the right, in characters, TokensFinding the same in tokens.
	CharactersFinding FindingKey = "characters"
	TokensFinding     FindingKey = "tokens"
	// TruncatedFinding is the error rate of truncated texts over that of the others, LongFinding that of texts over [LongTokens] tokens.
	TruncatedFinding FindingKey = "truncated"
	LongFinding      FindingKey = "long"
)

// CoFiledFinding is the finding of the similarity pattern: what right and predicted label have in common, over what they would by chance.
const CoFiledFinding FindingKey = "co_filed"

// The findings of the imbalance pattern.
const (
	// The correlations of a class's training texts with its error rate, with intervals from a bootstrap over classes or over texts.
	PearsonClassesFinding  FindingKey = "pearson_classes"
	PearsonTextsFinding    FindingKey = "pearson_texts"
	SpearmanClassesFinding FindingKey = "spearman_classes"
	SpearmanTextsFinding   FindingKey = "spearman_texts"
	// RareFinding is the error rate of the classes in the first [Band] over that of the classes in the last.
	RareFinding FindingKey = "rare"
)

// CrossingFinding is the finding of the kinds pattern: the share of the misread that cross between kinds of labels, over that by chance.
const CrossingFinding FindingKey = "crossing"

// ExampleKey is the key of the rule that an [Example] is chosen by, as it stands in JSON.
type ExampleKey string

// The rules of the worked examples, in the order of tables.
const (
	MostConfidentExample    ExampleKey = "most_confident_misread"
	NearestMissExample      ExampleKey = "nearest_miss"
	FarthestMissExample     ExampleKey = "farthest_miss"
	LongestTruncatedExample ExampleKey = "longest_truncated_misread"
	ShortestExample         ExampleKey = "shortest_misread"
	MostConfusedPairExample ExampleKey = "most_confused_pair"
	CoFiledExample          ExampleKey = "co_filed"
	DocumentExample         ExampleKey = "document_as_specialty"
)
