using System.Globalization;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary>Shape, cache and vocabulary in words, a line each.</summary>
internal static class ModelFacts
{
    public static IEnumerable<(string Name, string Value)> Of(Inspection model)
    {
        if (model.Shape is Hyperparameters shape)
            foreach ((string, string) fact in OfShape(shape, model)) yield return fact;
        if (model.Vocabulary is VocabularyFacts vocabulary)
            foreach ((string, string) fact in OfVocabulary(vocabulary)) yield return fact;
    }

    private static IEnumerable<(string, string)> OfShape(Hyperparameters shape, Inspection model)
    {
        yield return ("Layers", $"{shape.Layers} of width {Amount.Whole(shape.Width)}");
        yield return ("Attention", Attention(shape));
        if (shape.FeedForwardWidthByLayer.Any(width => width > 0)) yield return ("Feed-forward", Range(shape.FeedForwardWidthByLayer));
        if (shape.Experts > 0) yield return ("Experts", $"{shape.Experts}, {shape.ExpertsUsed} used by each token");
        yield return ("Context",
            $"{Amount.Whole(shape.ContextLength)} tokens{(shape.SlidingWindow > 0 ? $" · sliding window of {Amount.Whole(shape.SlidingWindow)}" : "")}");
        if (model.File.Find("position_embd.weight") is TensorInfo positions)
            yield return ("Positions", $"learned, a vector for each of {Amount.Whole(positions.Rows)}");
        else yield return ("Positions", Rope(shape));
        if (model.IsTied) yield return ("Output", "the embedding itself (tied)");
        if (model.CacheBytesPerToken is long bytes and > 0)
            yield return ("Cache", $"{Amount.Bytes(bytes)} a token, {Amount.Bytes(bytes * shape.ContextLength)} for the whole context (F16)");
    }

    private static string Attention(Hyperparameters shape)
    {
        if (shape.HeadsByLayer.All(heads => heads == 0)) return "none";
        string heads = $"{Range(shape.HeadsByLayer)} heads of {shape.KeyHeadDim}";
        return shape.HeadsByLayer.SequenceEqual(shape.KeyValueHeadsByLayer)
            ? $"{heads}, each with its own keys and values"
            : $"{heads} share {Range(shape.KeyValueHeadsByLayer)} key-value {(shape.KeyValueHeadsByLayer.Max() == 1 ? "head" : "heads")}";
    }

    private static string Rope(Hyperparameters shape)
    {
        if (shape.RopeDimensions == 0) return "not rotated";
        RopeScaling scaling = shape.RopeScaling;
        string part = shape.RopeDimensions == shape.KeyHeadDim ? "" : $", {shape.RopeDimensions} of {shape.KeyHeadDim} values of a head";
        string kind = scaling.Kind.ToString().ToLowerInvariant();
        string stretched = scaling.Kind == RopeScalingKind.None
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" · {kind} scaling by {scaling.Factor} from {Amount.Whole(scaling.OriginalContext)}");
        return string.Create(CultureInfo.InvariantCulture, $"RoPE, base {shape.RopeBase:#,0.##}{part}{stretched}");
    }

    private static IEnumerable<(string, string)> OfVocabulary(VocabularyFacts vocabulary)
    {
        string pre = vocabulary.PreTokenizer is null ? "" : $" · pre-tokenizer {vocabulary.PreTokenizer}";
        yield return ("Vocabulary", $"{Amount.Whole(vocabulary.Size)} tokens · {vocabulary.KindInWords}{pre}");
        if (vocabulary.Named.Count > 0)
            yield return ("Special tokens",
                string.Join(" · ", vocabulary.Named.Select(token => $"{token.Role} {token.Id} {(token.Piece is null ? "(none)" : Quoted(token.Piece))}")));
        if (vocabulary.AddsBos is bool adds) yield return ("Begin token", adds ? "added to each text" : "not added");
        yield return ("Chat template", vocabulary.ChatTemplate is string template ? $"yes, {Amount.Whole(template.Length)} letters" : "no");
    }

    private static string Range(IReadOnlyList<int> values)
    {
        int least = values.Min(), most = values.Max();
        return least == most ? Amount.Whole(least) : $"{Amount.Whole(least)} to {Amount.Whole(most)} (by layer)";
    }

    private static string Quoted(string piece) => piece.Replace("\n", "\\n", StringComparison.Ordinal);
}
