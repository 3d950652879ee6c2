using System.Globalization;

namespace Sandglass.Cli;

/// <summary>A text that is being typed, and where the cursor is in it. What a person takes for one letter is moved over and deleted as one.</summary>
internal sealed class EditedText
{
    public string Text { get; private set; } = "";

    /// <summary>The index in <see cref="Text"/> before which typing goes on.</summary>
    public int Cursor { get; private set; }

    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text) => (Text, Cursor) = (Text.Insert(Cursor, text), Cursor + text.Length);

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordBefore();

    public void WordRight()
    {
        int at = Cursor;
        while (at < Text.Length && char.IsWhiteSpace(Text[at])) at++;
        while (at < Text.Length && !char.IsWhiteSpace(Text[at])) at++;
        Cursor = at;
    }

    public void Home() => Cursor = Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    public void End() => Cursor = Text.IndexOf('\n', Cursor) is >= 0 and int at ? at : Text.Length;

    public void Backspace() => DeleteFrom(Before(Cursor));

    public void DeleteWordBefore() => DeleteFrom(WordBefore());

    public void DeleteToHome()
    {
        int cursor = Cursor;
        Home();
        (Text, _) = (Text.Remove(Cursor, cursor - Cursor), 0);
    }

    public void DeleteToEnd()
    {
        int cursor = Cursor;
        End();
        (Text, Cursor) = (Text.Remove(cursor, Cursor - cursor), cursor);
    }

    public void Delete() => Text = Text.Remove(Cursor, After(Cursor) - Cursor);

    private void DeleteFrom(int from) => (Text, Cursor) = (Text.Remove(from, Cursor - from), from);

    private int After(int at) => at < Text.Length ? at + StringInfo.GetNextTextElementLength(Text, at) : at;

    private int Before(int at)
    {
        int last = 0;
        for (int next = 0; next < at; next = After(next)) last = next;
        return last;
    }

    private int WordBefore()
    {
        int at = Cursor;
        while (at > 0 && char.IsWhiteSpace(Text[at - 1])) at--;
        while (at > 0 && !char.IsWhiteSpace(Text[at - 1])) at--;
        return at;
    }
}
