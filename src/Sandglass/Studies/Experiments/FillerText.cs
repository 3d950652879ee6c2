using Sandglass.Tokenization;

namespace Sandglass.Studies;

/// <summary>Plain sentences that say nothing which an experiment asks for.</summary>
internal static class FillerText
{
    private static readonly string[] Who =
    [
        "The fox", "A bird", "The old woman", "The farmer", "A little dog", "The miller", "The cat", "A young man", "The shepherd", "The bear", "A child",
        "The mouse",
    ];

    private static readonly string[] Does =
        ["walked", "looked", "came", "went", "stood", "slept", "waited", "sang", "ran", "sat", "lay down", "played"];

    private static readonly string[] Where =
    [
        "by the river", "in the garden", "near the house", "under a tree", "on the hill", "in the snow", "at the door", "behind the wall", "along the road",
        "in the field", "beside the fire", "across the bridge",
    ];

    /// <summary>One of 1,728.</summary>
    public static string Sentence(Dice dice) => $"{dice.Of(Who)} {dice.Of(Does)} {dice.Of(Where)}.";

    /// <summary>As many as have room in so many tokens.</summary>
    public static List<string> Sentences(Dice dice, Tokenizer tokenizer, int tokens)
    {
        List<string> sentences = [];
        while (true)
        {
            string sentence = Sentence(dice);
            tokens -= Tokens(tokenizer, sentence);
            if (tokens < 0) return sentences;
            sentences.Add(sentence);
        }
    }

    /// <summary>Tokens of a sentence that follows others.</summary>
    public static int Tokens(Tokenizer tokenizer, string sentence) => tokenizer.Encode(" " + sentence, addBos: false).Ids.Length;
}
