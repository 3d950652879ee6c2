namespace Sandglass.Generation;

/// <summary>How likely drafted tokens are accepted, learnt from those of one text, and so how many of them are worth what they cost.</summary>
/// <remarks>
/// A guess only counts where all before it held. So one more is worth its price, in steps of the model, as long as the chance that all of them hold is above
/// it; that chance is the product of recent acceptance rates per confidence level. The drafter assigns the level (the grade); those of a model, of repetition
/// and of a prediction have rates of their own.
/// </remarks>
internal sealed class GuessOdds
{
    /// <summary>Grades of a model from 0, the least sure, to this, less one.</summary>
    public const int Grades = 8;

    /// <summary>The first of as many grades of repetition.</summary>
    public const int Repetition = Grades;

    /// <summary>The first of as many grades of a prediction.</summary>
    public const int Prediction = 2 * Grades;

    private const double Prior = 4;         // guesses that the rate assumed at first counts for
    private const double Memory = 0.97;     // of a guess when the next one of its grade is seen

    private readonly double[] _seen = new double[3 * Grades], _held = new double[3 * Grades];   // [grade], older ones counting less
    private readonly int[] _grades = new int[Speculation.Most];                         // [guess] of this round
    private double _modelSeen = Prior, _modelHeld = Prior * 0.6;    // of all grades of a model
    private double _chance;                 // that all guesses of this round hold
    private double _making, _checking;
    private bool _isTrial;

    public GuessOdds()
    {
        for (int grade = 0; grade < Grades; grade++)
        {
            _seen[grade] = _seen[Repetition + grade] = _seen[Prediction + grade] = Prior;
            _held[grade] = Prior * (grade + 1) / (Grades + 1);              // a model's own probability
            _held[Repetition + grade] = Prior * (grade + 3) / (Grades + 3);     // a text that repeats itself
            _held[Prediction + grade] = Prior * (grade + 8) / (Grades + 8);     // somebody says so
        }
    }

    /// <summary>Guesses taken in this round.</summary>
    public int Taken { get; private set; }

    /// <summary>Guesses made in this round: one more than taken where the last was not worth checking.</summary>
    public int Made { get; private set; }

    /// <summary>Whether one more of a model is worth making, before anything is known of it.</summary>
    public bool IsWorthMaking => Taken < Speculation.Most && (IsTrial || _chance * (_modelHeld / _modelSeen) > _making + _checking);

    /// <summary>A new round.</summary>
    /// <param name="making">The price of making a guess, in steps.</param>
    /// <param name="checking">The price of checking it.</param>
    /// <param name="isTrial">Whether the first guess is taken whatever the odds: they may have become better.</param>
    public void Begin(double making, double checking, bool isTrial = false) =>
        (_making, _checking, _isTrial, _chance, Taken, Made) = (making, checking, isTrial, 1, 0, 0);

    /// <summary>Whether a guess of a grade, after those that were taken, is worth checking; then it is taken.</summary>
    public bool Take(int grade)
    {
        Made++;
        double chance = _chance * (_held[grade] / _seen[grade]);
        if (Taken == Speculation.Most || (chance <= _checking && !IsTrial)) return false;
        _chance = chance;
        _grades[Taken++] = grade;
        return true;
    }

    private bool IsTrial => _isTrial && Taken == 0;

    /// <summary>Of those taken, the first ones held; the next one did not, and those after it were not tried.</summary>
    public void Settle(int held)
    {
        for (int guess = 0; guess < Math.Min(held + 1, Taken); guess++)
        {
            int grade = _grades[guess], one = guess < held ? 1 : 0;
            (_seen[grade], _held[grade]) = (Memory * _seen[grade] + 1, Memory * _held[grade] + one);
            if (grade < Grades) (_modelSeen, _modelHeld) = (Memory * _modelSeen + 1, Memory * _modelHeld + one);
        }
    }
}
