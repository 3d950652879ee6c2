namespace Sandglass.Generation;

/// <summary>A text that a completion is expected to be, but for changes: where in it the completion stands.</summary>
/// <remarks>
/// The place is known from the last time: as many tokens further as were written since. An edit moves it, so tokens around it are compared too, and where
/// none of those is alike, all places that the completion's last two tokens have in the prediction.
/// </remarks>
/// <param name="ids">The prediction; it never changes.</param>
/// <param name="promptLength">Tokens of the prompt, behind which it is expected.</param>
internal sealed class PredictedText(int[] ids, int promptLength)
{
    private const int Around = 256;     // tokens before and after the expected place: an edit's length

    private readonly PairIndex _places = new();
    private int _next;                      // the place that followed the text the last time that it was found
    private int _written;                   // how many tokens of the completion that was

    /// <summary>The prediction.</summary>
    public ReadOnlySpan<int> Ids => ids;

    /// <summary>Where the text goes on in the prediction.</summary>
    /// <param name="text">Prompt and completion so far.</param>
    /// <param name="longest">Ids that are compared at most.</param>
    /// <returns>The place of the next token, and how many before it are alike; 0 where the text is not found.</returns>
    public (int Next, int Alike) Find(ReadOnlySpan<int> text, int longest)
    {
        int written = text.Length - promptLength, expected = Math.Min(_next + written - _written, ids.Length);
        (int Next, int Alike) best = (expected, AlikeBefore(expected, text, longest));
        if (best.Alike < longest) SearchAround(expected, text, longest, ref best);
        if (best.Alike < 2 && _places.Find(ids, text, longest) is { Length: > 1 } far) best = far;
        if (best.Alike > 1) (_next, _written) = (best.Next, written);
        return best.Alike > 0 && best.Next < ids.Length ? best : default;
    }

    /// <summary>The longest ending of the text near the expected place, and of equally long ones the nearest. One token alike says something only where one
    /// was put in another's place: at the expected place itself.</summary>
    private void SearchAround(int expected, ReadOnlySpan<int> text, int longest, ref (int Next, int Alike) best)
    {
        for (int away = 1; away <= Around && best.Alike < longest; away++)
        {
            Try(expected + away, text, ref best);
            Try(expected - away, text, ref best);
        }

        void Try(int next, ReadOnlySpan<int> text, ref (int Next, int Alike) best)
        {
            int alike = next < 0 || next >= ids.Length ? 0 : AlikeBefore(next, text, longest);
            if (alike > Math.Max(best.Alike, 1)) best = (next, alike);
        }
    }

    /// <summary>Ids before a place that are the completion's last ones. That both begin there counts like two.</summary>
    private int AlikeBefore(int place, ReadOnlySpan<int> text, int longest)
    {
        int written = text.Length - promptLength, most = Math.Min(longest, Math.Min(place, written)), alike = 0;
        while (alike < most && ids[place - 1 - alike] == text[text.Length - 1 - alike]) alike++;
        return alike == place && alike == written ? Math.Min(alike + 2, longest) : alike;
    }
}
